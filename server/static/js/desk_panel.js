// The panel beside the map: the selected route stop by stop, the tray of what is on no route, and what changed. Everything a
// drag does can be done here without one.

import { isReload, lockedStops, numbers, tripsOf } from "./desk_hand.js";
import { fill } from "./searching.js";

const get = (id) => document.getElementById(id);
const make = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
};
const button = (text, act, name = "btn btn-sm") => {
  const made = make("button", name, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
};
const reasons = (texts) => {
  const list = make("ul", "desk-reasons");
  list.append(...texts.map((text) => make("li", "", text)));
  return list;
};

export class Panel {
  constructor(fixed, words, names, colours, { clock, span }, calls) {
    Object.assign(this, { fixed, words, names, colours, clock, span, calls, tab: "route" });
    this.pane = get("pane");
    for (const tab of ["route", "off", "changes"]) {
      get(`tab-${tab}`).addEventListener("click", () => { this.tab = tab; this.show(this.state, this.selected); });
    }
    const dialog = get("move-dialog");
    get("move-vehicle").addEventListener("change", () => this.places());
    get("move-place").addEventListener("change", () => this.preview());
    dialog.addEventListener("close", () => { if (dialog.returnValue === "move") calls.move(this.from, this.target()); });
  }

  show(state, selected, chosen = false) {
    if (chosen && selected) this.tab = "route";
    this.state = state;
    this.selected = selected;
    for (const tab of ["route", "off", "changes"]) get(`tab-${tab}`).setAttribute("aria-selected", String(tab === this.tab));
    this.pane.setAttribute("aria-labelledby", `tab-${this.tab}`);
    const route = state.routes.find((one) => one.vehicle === selected?.vehicle);
    const made = { off: () => this.tray(), changes: () => this.changes(state.changes), route: () => (route ? this.route(route) : this.all()) }[this.tab]();
    this.pane.replaceChildren(made);
    this.pane.querySelector(".desk-stop.on")?.scrollIntoView({ block: "nearest" });
  }

  summary(route) {
    const packs = fill(this.words.packs, { count: route.packs });
    const ends = fill(this.words.ends, { from: this.clock(route.departure), to: this.clock(route.end), km: (route.distance / 1000).toFixed(1), packs });
    return tripsOf(route) > 1 ? `${ends} · ${fill(this.words.trips, { count: tripsOf(route) })}` : ends;
  }

  // all routes ---------------------------------------------------------------------------------------------------------

  all() {
    const list = make("div", "desk-list");
    const broken = (route) => route.broken.length + route.stops.reduce((sum, stop) => sum + stop.broken.length, 0);
    for (const route of [...this.state.routes].sort((a, b) => broken(b) - broken(a))) {
      const row = button("", () => this.calls.select({ vehicle: route.vehicle, index: -1 }), "desk-route");
      const dot = make("i", "dot");
      dot.style.background = this.colours.get(route.vehicle);
      row.append(dot, make("b", "", this.names.get(route.vehicle)), make("span", "text-secondary", `${this.summary(route)} · ${route.stops.length - tripsOf(route) + 1}`));
      if (broken(route)) row.append(make("span", "text-danger", fill(this.words.breaks, { count: broken(route) })));
      list.append(row);
    }
    return list;
  }

  // one route ----------------------------------------------------------------------------------------------------------

  route(route) {
    const held = make("div", "");
    const locked = lockedStops(route);
    const head = make("div", "desk-route-head");
    const whole = locked === route.stops.length;
    head.append(button("‹", () => this.calls.select(null)), make("b", "", this.names.get(route.vehicle)), this.driver(route));
    if (!this.calls.readOnly) head.append(button(whole ? this.words.unlockRoute : this.words.lockRoute, () => this.calls.lock(route.vehicle, whole ? 0 : route.stops.length - 1)));
    const top = make("div", "desk-route-top");
    top.append(head, make("div", "text-secondary small px-3 pb-1", this.summary(route)), reasons(route.broken));
    held.append(top);
    const list = make("ol", "desk-stops");
    route.stops.forEach((stop, index) => list.append(this.stop(route, stop, index, index < locked)));
    held.append(list);
    return held;
  }

  driver(route) {
    const choice = make("select", "form-select form-select-sm");
    choice.setAttribute("aria-label", this.words.driver);
    choice.disabled = this.calls.readOnly || !this.fixed.drivers.length;
    const taken = new Set(this.state.routes.map((one) => one.driver));
    for (const one of this.fixed.drivers) {
      const option = new Option(taken.has(one.id) && one.id !== route.driver ? `${one.name} ·` : one.name, one.id, false, one.id === route.driver);
      choice.add(option);
    }
    if (!route.driver) choice.add(new Option(this.words.nobody, "", true, true), 0);
    choice.addEventListener("change", () => this.calls.drive(route.vehicle, choice.value || null));
    return choice;
  }

  stop(route, stop, index, locked) {
    const on = this.selected.index === index;
    const row = make("li", `desk-stop${on ? " on" : ""}${stop.broken.length ? " broken" : ""}`);
    const site = this.fixed.sites[stop.site];
    const notes = isReload(stop) ? this.words.reload : stop.orders.map((name) => this.fixed.orders[name].note).join("、");
    const face = button("", () => this.calls.select({ vehicle: route.vehicle, index }), "desk-stop-face");
    face.append(make("span", "number", numbers(route)[index]), make("span", "time", this.clock(stop.start)), make("span", "site", site.name), make("span", "text-secondary small", notes));
    if (locked) face.append(make("span", "badge bg-azure-lt", this.words.locked));
    row.append(face);
    if (stop.broken.length) row.append(reasons(stop.broken));
    if (on) row.append(isReload(stop) ? this.loading(route, stop, index, locked) : this.details(route, stop, index, locked, site));
    return row;
  }

  // A return to load again: what is loaded when, and that it can be given up.
  loading(route, stop, index, locked) {
    const held = make("div", "desk-details");
    const times = fill(this.words.loading, { from: this.clock(stop.start), to: this.clock(stop.departure) });
    const waits = stop.start > stop.arrival ? fill(this.words.wait, { time: this.span(stop.start - stop.arrival) }) : "";
    held.append(make("div", "text-secondary small", [times, waits, fill(this.words.packs, { count: stop.packs })].filter(Boolean).join(" · ")));
    if (this.calls.readOnly || locked) return held;
    const place = { vehicle: route.vehicle, index };
    const acts = make("div", "d-flex gap-2 mt-1");
    acts.append(button(this.words.move, () => this.askWhere(place)), button(this.words.oneTrip, () => this.calls.move(place, null)));
    held.append(acts);
    return held;
  }

  details(route, stop, index, locked, site) {
    const held = make("div", "desk-details");
    const hours = site.windows.map(([from, to]) => `${this.clock(from)}–${this.clock(to)}`).join(", ");
    const packs = stop.orders.reduce((sum, name) => sum + this.fixed.orders[name].packs, 0);
    const said = [
      fill(this.words.service, { from: this.clock(stop.start), to: this.clock(stop.departure) }),
      stop.start > stop.arrival ? fill(this.words.wait, { time: this.span(stop.start - stop.arrival) }) : "",
      hours ? fill(this.words.receives, { hours }) : this.words.anytime,
      stop.slack === null || stop.broken.length ? "" : fill(this.words.slack, { time: this.span(stop.slack) }),
      fill(this.words.packs, { count: packs }),
      ...new Set(stop.orders.map((name) => this.fixed.orders[name].zone)),
    ];
    held.append(make("div", "text-secondary small", said.filter(Boolean).join(" · ")));
    if (this.calls.readOnly) return held;
    const place = { vehicle: route.vehicle, index };
    const acts = make("div", "d-flex gap-2 mt-1");
    if (!locked) acts.append(button(this.words.move, () => this.askWhere(place)), button(this.words.takeOff, () => this.calls.move(place, null)));
    acts.append(button(locked ? this.words.unlock : this.words.lock, () => this.calls.lock(route.vehicle, index)));
    const { trips } = this.fixed.vehicles.find((one) => one.id === route.vehicle);
    if (!locked && index > 0 && !isReload(route.stops[index - 1]) && tripsOf(route) < trips) acts.append(button(this.words.again, () => this.calls.again(place)));
    held.append(acts);
    return held;
  }

  // on no route, and what changed --------------------------------------------------------------------------------------

  tray() {
    if (!this.state.off.length) return make("p", "text-secondary p-3", this.words.noneOff);
    const list = make("ul", "desk-tray");
    for (const { order, reason } of this.state.off) {
      const { note, site, packs } = this.fixed.orders[order];
      const card = make("li", "desk-card");
      card.dataset.order = order;
      card.append(make("b", "", note), make("span", "", `${this.fixed.sites[site].name} · ${fill(this.words.packs, { count: packs })}`), make("span", "text-danger small", reason));
      if (!this.calls.readOnly) {
        card.append(button(this.words.place, () => this.askWhere({ orders: [order] })));
        card.addEventListener("pointerdown", (event) => { if (event.button === 0 && !event.target.closest("button")) this.calls.drag(event, [order], note); });
      }
      list.append(card);
    }
    return list;
  }

  changes(found) {
    const table = make("table", "table table-sm desk-change-table");
    for (const one of found) {
      const row = table.insertRow();
      const at = (place) => (place ? `${place.vehicle} #${place.number} ${place.time}` : "–");
      row.dataset.what = one.what;
      for (const text of [this.words[one.what], one.site, one.notes.join("、"), `${at(one.before)} → ${at(one.after)}`]) row.insertCell().textContent = text;
    }
    return found.length ? table : make("p", "text-secondary p-3", this.words.asPlanned);
  }

  // where to -----------------------------------------------------------------------------------------------------------

  askWhere(from) {
    if (!this.calls.mayMove(from)) return;
    this.from = from;
    const route = this.state.routes.find((one) => one.vehicle === from.vehicle);
    const site = route ? route.stops[from.index].site : this.fixed.orders[from.orders[0]].site;
    get("move-title").textContent = this.fixed.sites[site].name;
    const reload = route && isReload(route.stops[from.index]);
    const vehicles = this.fixed.vehicles.filter(({ id }) => !reload || id === from.vehicle);
    get("move-vehicle").replaceChildren(...vehicles.map(({ id, name }) => new Option(name, id, false, id === from.vehicle)));
    this.places();
    get("move-dialog").returnValue = "cancel";
    get("move-dialog").showModal();
  }

  places() {
    const vehicle = get("move-vehicle").value;
    const route = this.state.routes.find((one) => one.vehicle === vehicle);
    const options = [];
    const counted = numbers(route);
    const reload = this.from.vehicle === vehicle && isReload(route.stops[this.from.index]); // between two stops only
    (route?.stops ?? []).forEach((stop, index) => {
      if ((reload && (index === 0 || isReload(stop))) || index < lockedStops(route) || (vehicle === this.from.vehicle && (index === this.from.index || index === this.from.index + 1))) return;
      options.push(new Option(fill(this.words.before, { number: counted[index], site: this.fixed.sites[stop.site].name }), index));
    });
    const count = route?.stops.length ?? 0;
    if (!reload && (vehicle !== this.from.vehicle || this.from.index !== count - 1)) options.push(new Option(this.words.last, count));
    get("move-place").replaceChildren(...options);
    get("move-now").disabled = !options.length;
    this.preview();
  }

  target() { return { vehicle: get("move-vehicle").value, index: Number(get("move-place").value) }; }

  preview() {
    const shown = get("move-preview");
    shown.replaceChildren();
    if (!get("move-place").value) return;
    const asked = JSON.stringify(this.target());
    this.calls.attempt(this.from, this.target(), (texts, cost) => {
      if (JSON.stringify(this.target()) === asked) shown.replaceChildren(make("div", "text-secondary", cost), texts.length ? reasons(texts) : make("div", "text-success", this.words.allWell));
    });
  }
}
