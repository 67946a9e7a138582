// The timeline: a row for each vehicle, a bar for each stop. Only rows that changed are drawn again; while a stop is dragged
// nothing is measured and nothing is laid out: two elements move by transform.

import { isReload, lockedStops, numbers } from "./desk_hand.js";

const ROW = 34;
const LABEL = 220;
const EDGE = 28;
const DWELL = 140;

const element = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
};

export class Timeline {
  // calls: select(place), move(from, to), attempt(from, to, show), key(event, place)
  constructor(holder, fixed, colours, clock, words, calls) {
    Object.assign(this, { holder, fixed, colours, clock, words, calls, zoom: 1, rows: new Map(), drawn: new Map(), selected: null });
    this.head = element("div", "tl-head");
    this.body = element("div", "tl-body");
    this.band = element("div", "tl-band");
    this.marker = element("div", "tl-marker");
    this.ghost = element("div", "tl-ghost");
    this.shield = element("div", "tl-shield"); // over all else while dragging: a class on the page would restyle all of it
    this.marker.hidden = this.ghost.hidden = this.shield.hidden = true;
    holder.append(this.head, this.body);
    document.body.append(this.shield, this.ghost);
    for (const vehicle of fixed.vehicles) this.addRow(vehicle);
    this.body.append(this.marker);
    this.body.addEventListener("pointerdown", (event) => this.press(event));
    this.body.addEventListener("keydown", (event) => { const place = this.placeOf(event.target); if (place) calls.key(event, place); });
    this.body.addEventListener("focusin", (event) => { const place = this.placeOf(event.target); if (place && !this.pressed) calls.select(place); });
    new ResizeObserver(() => this.scale()).observe(holder);
  }

  addRow(vehicle) {
    const row = element("div", "tl-row");
    row.dataset.vehicle = vehicle.id;
    const label = element("button", "tl-label");
    label.type = "button";
    label.addEventListener("click", () => this.calls.select({ vehicle: vehicle.id, index: -1 }));
    const lane = element("div", "tl-lane");
    row.append(label, lane);
    this.body.append(row);
    this.rows.set(vehicle.id, { row, label, lane });
  }

  placeOf(target) {
    const bar = target.closest?.(".tl-stop");
    return bar ? { vehicle: bar.closest(".tl-row").dataset.vehicle, index: Number(bar.dataset.index) } : null;
  }

  // what is shown ------------------------------------------------------------------------------------------------------

  show(state, selected) {
    this.state = state;
    this.routes = new Map(state.routes.map((route) => [route.vehicle, route]));
    const shifts = this.fixed.vehicles.map((vehicle) => vehicle.shift).filter(Boolean);
    const driven = state.routes.length ? state.routes.map((route) => [route.start, route.end + 1800]) : shifts;
    const from = Math.min(...driven.map(([start]) => start));
    const to = Math.max(...driven.map(([, end]) => end));
    const span = [Math.floor((from + this.fixed.zero) / 3600) * 3600 - this.fixed.zero, Math.ceil((to + this.fixed.zero + 1) / 3600) * 3600 - this.fixed.zero];
    if (!this.span || span[0] < this.span[0] || span[1] > this.span[1]) { this.span = span; this.scale(); } else this.fill();
    this.select(selected);
  }

  scale() {
    if (!this.span) return;
    const room = Math.max(320, this.holder.clientWidth - LABEL - 16) * this.zoom;
    const perSecond = room / (this.span[1] - this.span[0]);
    if (perSecond === this.perSecond) return;
    this.perSecond = perSecond;
    this.holder.style.setProperty("--lane", `${room}px`);
    this.holder.style.setProperty("--hour", `${3600 * perSecond}px`);
    this.head.replaceChildren();
    const step = 3600 * perSecond < 38 ? 2 : 1;
    for (let at = this.span[0]; at < this.span[1]; at += 3600 * step) {
      const tick = element("span", "tl-tick", this.clock(at));
      tick.style.left = `${LABEL + this.x(at)}px`;
      this.head.append(tick);
    }
    this.drawn.clear();
    if (this.state) { this.fill(); this.select(this.selected); }
  }

  x(at) { return (at - this.span[0]) * this.perSecond; }

  fill() {
    for (const { id, name } of this.fixed.vehicles) {
      const route = this.routes.get(id);
      const known = JSON.stringify(route ?? null);
      if (this.drawn.get(id) === known) continue;
      this.drawn.set(id, known);
      this.fillRow(id, name, route);
    }
  }

  fillRow(id, name, route) {
    const { row, label, lane } = this.rows.get(id);
    const driver = route && this.fixed.drivers.find((one) => one.id === route.driver);
    const dot = element("i", "dot");
    dot.style.background = this.colours.get(id);
    const about = element("span", "tl-about", route ? (driver?.name ?? this.words.nobody) : this.words.idle);
    label.replaceChildren(dot, element("span", "tl-name", name), about);
    const broken = route && (route.broken.length || route.stops.some((stop) => stop.broken.length));
    row.classList.toggle("tl-broken", Boolean(broken));
    row.classList.toggle("tl-idle", !route);
    label.title = route ? route.broken.join("\n") : "";
    const focused = lane.contains(document.activeElement) ? document.activeElement.dataset.index : null;
    lane.replaceChildren(...(route ? this.bars(id, route) : []));
    if (focused !== null) lane.querySelector(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  }

  bars(vehicle, route) {
    const made = [this.bar("tl-load", route.start, route.departure)];
    const locked = lockedStops(route);
    const counted = numbers(route);
    let left = route.departure;
    route.stops.forEach((stop, index) => {
      made.push(this.bar("tl-travel", left, stop.arrival));
      if (stop.start > stop.arrival) made.push(this.bar("tl-wait", stop.arrival, stop.start));
      made.push(this.stopBar(vehicle, stop, index, counted[index], index < locked));
      left = stop.departure;
    });
    made.push(this.bar("tl-travel", left, route.end));
    for (const [start, end] of route.breaks) made.push(this.bar("tl-break", start, end));
    return made;
  }

  bar(name, from, to, tag = "div") {
    const made = element(tag, name);
    made.style.left = `${this.x(from).toFixed(1)}px`;
    made.style.width = `${Math.max(1, this.x(to) - this.x(from)).toFixed(1)}px`;
    return made;
  }

  stopBar(vehicle, stop, index, number, locked) {
    const made = this.bar("tl-stop", stop.start, stop.departure, "button");
    made.type = "button";
    made.tabIndex = -1;
    made.dataset.index = index;
    made.textContent = number;
    made.style.setProperty("--own", this.colours.get(vehicle));
    if (stop.broken.length) made.classList.add("tl-stop-broken");
    if (locked) made.classList.add("tl-stop-locked");
    const site = this.fixed.sites[stop.site].name;
    const about = isReload(stop) ? `${site}: ${this.words.reload} ${this.clock(stop.start)}–${this.clock(stop.departure)}` : `${number} ${site} ${this.clock(stop.start)}`;
    if (isReload(stop)) made.classList.add("tl-reload");
    made.title = [about, ...stop.broken].join("\n");
    made.setAttribute("aria-label", [about, locked ? this.words.locked : "", ...stop.broken].filter(Boolean).join(", "));
    return made;
  }

  select(selected) {
    this.selected = selected;
    this.body.querySelectorAll(".tl-on").forEach((one) => one.classList.remove("tl-on"));
    this.body.querySelectorAll('.tl-stop[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
    this.band.replaceChildren();
    this.band.remove();
    const found = selected && this.rows.get(selected.vehicle);
    const bar = found?.lane.querySelector(`.tl-stop[data-index="${selected.index}"]`);
    (bar ?? this.body.querySelector(".tl-stop"))?.setAttribute("tabindex", "0");
    found?.row.classList.add("tl-on");
    if (!bar) return;
    bar.classList.add("tl-on");
    const stop = this.routes.get(selected.vehicle).stops[selected.index];
    for (const [start, end] of this.fixed.sites[stop.site].windows) {
      const from = Math.max(start, this.span[0]);
      if (end > from) this.band.append(this.bar("tl-window", from, Math.min(end, this.span[1])));
    }
    found.lane.prepend(this.band);
  }

  focus(place) { this.rows.get(place.vehicle)?.lane.querySelector(`.tl-stop[data-index="${place.index}"]`)?.focus(); }

  // dragging -----------------------------------------------------------------------------------------------------------

  press(event) {
    const place = this.placeOf(event.target);
    if (!place || event.button !== 0) return;
    this.follow(event, place, event.target.closest(".tl-stop").textContent);
  }

  // Follows the pointer from a press on; it is a drag as soon as it has gone four pixels.
  follow(event, from, text) {
    const { clientX, clientY } = event;
    this.pressed = true; // nothing else is drawn until it is clear whether this is a drag
    const began = [clientX, clientY];
    const move = (next) => {
      if (!this.drag && Math.hypot(next.clientX - began[0], next.clientY - began[1]) > 4) this.lift(from, text);
      if (this.drag) { next.preventDefault(); this.drag.at = [next.clientX, next.clientY]; }
    };
    const end = (next) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      removeEventListener("keydown", cancel);
      this.pressed = false;
      if (this.drag) this.drop(next.type === "pointerup");
      else if (from.vehicle) this.calls.select(from);
    };
    const cancel = (key) => { if (key.key === "Escape" && this.drag) end({ type: "escape" }); };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
    addEventListener("keydown", cancel);
  }

  lift(from, text) {
    if (!this.calls.mayMove(from)) return;
    const body = this.holder.getBoundingClientRect();
    const tray = document.querySelector(".desk-panel").getBoundingClientRect();
    const middles = new Map([...this.routes].map(([vehicle, route]) => [vehicle, route.stops.map((stop) => this.x((stop.start + stop.departure) / 2))]));
    this.drag = { from, body, tray, middles, at: null, target: undefined, since: 0, head: this.head.offsetHeight };
    this.ghost.textContent = text;
    this.ghost.className = "tl-ghost";
    this.ghost.hidden = false;
    this.shield.hidden = false;
    const frame = () => { if (this.drag) { this.step(); requestAnimationFrame(frame); } };
    requestAnimationFrame(frame);
  }

  step() {
    const drag = this.drag;
    if (!drag.at) return;
    const [x, y] = drag.at;
    this.ghost.style.transform = `translate(${x + 12}px, ${y + 10}px)`;
    if (y > drag.body.top && y < drag.body.top + drag.head + EDGE) this.holder.scrollTop -= 10;
    if (y < drag.body.bottom && y > drag.body.bottom - EDGE) this.holder.scrollTop += 10;
    const target = this.targetAt(x, y);
    const key = JSON.stringify(target ?? null);
    if (key !== drag.key) { drag.key = key; drag.target = target; drag.since = performance.now(); drag.asked = false; this.point(target); }
    else if (target !== undefined && !drag.asked && performance.now() - drag.since > DWELL) { drag.asked = true; this.preview(target, key); }
  }

  // Where a drop at a point would put the stop: a place on a route, `null` for the tray, `undefined` for nowhere.
  targetAt(x, y) {
    const { body, tray, middles, from, head } = this.drag;
    if (x > tray.left && x < tray.right && y > tray.top && y < tray.bottom) return from.vehicle ? null : undefined;
    const reload = from.vehicle && isReload(this.routes.get(from.vehicle).stops[from.index]);
    if (x < body.left || x > body.right || y < body.top + head || y > body.bottom) return undefined;
    const vehicle = this.fixed.vehicles[Math.floor((y - body.top - head + this.holder.scrollTop) / ROW)]?.id;
    if (!vehicle || (reload && vehicle !== from.vehicle)) return undefined; // a vehicle comes back on its own route
    const along = x - body.left - LABEL + this.holder.scrollLeft;
    let index = (middles.get(vehicle) ?? []).filter((middle) => middle < along).length;
    index = Math.max(index, lockedStops(this.routes.get(vehicle)));
    if (from.vehicle === vehicle && (index === from.index || index === from.index + 1)) return undefined;
    return { vehicle, index };
  }

  point(target) {
    this.marker.hidden = !target;
    this.ghost.className = "tl-ghost";
    if (!target) return;
    const row = this.fixed.vehicles.findIndex((vehicle) => vehicle.id === target.vehicle);
    const route = this.routes.get(target.vehicle);
    const stop = route?.stops[target.index];
    const at = stop ? (target.index ? (route.stops[target.index - 1].departure + stop.start) / 2 : (route.departure + stop.start) / 2) : (route?.stops.at(-1)?.departure ?? this.span[0]);
    this.marker.style.transform = `translate(${LABEL + this.x(at)}px, ${row * ROW}px)`;
  }

  preview(target, key) {
    this.calls.attempt(this.drag.from, target, (texts, cost) => {
      if (this.drag?.key !== key) return;
      this.ghost.classList.add(texts.length ? "tl-ghost-bad" : "tl-ghost-good");
      this.ghost.textContent = [cost, ...texts.slice(0, 3)].join("\n");
    });
  }

  drop(kept) {
    const { from, target } = this.drag;
    this.drag = null;
    this.marker.hidden = this.ghost.hidden = this.shield.hidden = true;
    if (kept && target !== undefined) this.calls.move(from, target);
  }
}
