// The planning desk. The server works out what every move comes to and in words what it breaks; this only shows it, and sends
// the arrangement a person made.

import { ask, fill, follow, news, share } from "./searching.js";
import { driven, isReload, loadedAgain, lockedStops, lockedUpTo, moved } from "./desk_hand.js";
import { DeskMap } from "./desk_map.js";
import { Panel } from "./desk_panel.js";
import { Publish } from "./desk_publish.js";
import { Timeline } from "./desk_timeline.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const get = (id) => document.getElementById(id);
const desk = get("desk");
const fixed = read("desk-fixed");
const words = read("desk-words");
const names = new Map(fixed.vehicles.map(({ id, name }) => [id, name]));
// neighbours on the list are far apart on the wheel
const colours = new Map(fixed.vehicles.map(({ id }, index) => [id, `hsl(${(index * 137.5) % 360} 62% ${index % 2 ? 38 : 46}%)`]));
const readOnly = "readOnly" in desk.dataset;

const clock = (at) => {
  const minutes = Math.floor((at + fixed.zero) / 60);
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
};
const span = (seconds) => { const minutes = Math.round(seconds / 60); return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`; };

let state = read("desk-state");
let seen = state.seen;
let selected = null;
let map = null;
const past = [];
const future = [];
let last = Promise.resolve();

const routes = () => new Map(state.routes.map((route) => [route.vehicle, route]));
const url = (what) => `${desk.dataset.base}/${what}`;

// what is shown ---------------------------------------------------------------------------------------------------------

function say(text, bad = false) {
  get("saved").textContent = text;
  get("saved").classList.toggle("text-danger", bad);
}

function difference(value, shown) {
  if (!/[1-9]/.test(shown(Math.abs(value)))) return words.same;
  return fill(value > 0 ? words.worse : words.better, { value: shown(Math.abs(value)) });
}

function totals() {
  const { totals: now, delta } = state;
  const items = [
    [words.cost, now.cost.toFixed(1), difference(delta.cost, (value) => value.toFixed(1)), delta.cost],
    [words.way, `${(now.distance / 1000).toFixed(1)} km`, difference(delta.distance / 1000, (value) => `${value.toFixed(1)} km`), delta.distance],
    [words.hours, span(now.duration), difference(delta.duration, span), delta.duration],
    [words.vehicles, `${now.routes} / ${fixed.vehicles.length}`, "", 0],
  ];
  const made = items.map(([name, value, change, sign]) => {
    const item = document.createElement("span");
    item.className = "desk-total";
    item.innerHTML = '<small></small><b></b><small class="change"></small>';
    const [head, strong, tail] = item.children;
    head.textContent = name; strong.textContent = value; tail.textContent = change;
    tail.classList.add(change === words.same || !change ? "same" : sign > 0 ? "worse" : "better");
    return item;
  });
  const verdict = document.createElement("span");
  verdict.id = "verdict";
  verdict.className = `desk-verdict ${state.broken ? "bad" : "good"}`;
  verdict.textContent = state.broken ? fill(words.breaks, { count: state.broken }) : words.allWell;
  get("totals").replaceChildren(verdict, ...made);
}

function render() {
  totals();
  timeline.show(state, selected);
  map?.draw(state, selected);
  panel.show(state, selected);
  get("off-count").textContent = state.off.length || "";
  get("changes-count").textContent = state.changes.length || "";
  get("undo").disabled = readOnly || !past.length;
  get("redo").disabled = readOnly || !future.length;
  get("keep").disabled = readOnly || !state.moved || !state.holds;
  get("discard").disabled = readOnly || !seen;
  for (const id of ["replan", "seconds", "publish"]) get(id).disabled = readOnly;
}

function select(place) {
  if (place?.vehicle === selected?.vehicle && place?.index === selected?.index) return;
  selected = place;
  timeline.select(place);
  map?.draw(state, place);
  panel.show(state, place, true);
}

// moves -----------------------------------------------------------------------------------------------------------------

// One move after the other, each saved on top of the one before: `make` is asked for the new arrangement when its turn comes,
// so that two quick moves never start from the same one. `null`: there is nothing to do.
function apply(make, keep = () => { past.push(state.hand); future.length = 0; }) {
  last = last.then(async () => {
    const hand = make();
    if (hand === null) return;
    say(words.saving);
    try {
      const told = await ask(url("draft"), { hand, seen });
      keep();
      state = told;
      seen = told.seen;
      say(state.moved ? words.saved : words.asPlanned);
    } catch (error) {
      say(error instanceof TypeError ? words.failed : error.message, true);
    }
    render();
  });
  return last;
}

// What a stop is found by again: an order of it; a return to load again by the order that follows it.
function keyOf({ vehicle, index }) {
  const stops = routes().get(vehicle)?.stops ?? [];
  const stop = stops[index];
  if (!stop) return undefined;
  return isReload(stop) ? { before: stops[index + 1].orders[0] } : stop.orders[0];
}

// Where the stop with a key is by now.
function placeOf(key) {
  const order = key.before ?? key;
  for (const route of state.routes) {
    const index = route.stops.findIndex((stop) => stop.orders.includes(order));
    if (index >= 0) return { vehicle: route.vehicle, index: key.before && index > 0 && isReload(route.stops[index - 1]) ? index - 1 : index };
  }
  return { orders: [order] };
}

function mayMove(from) {
  if (readOnly) { say(words.readOnly, true); return false; }
  if (!from.vehicle || from.index >= lockedStops(routes().get(from.vehicle))) return true;
  say(words.lockedStop, true);
  return false;
}

function move(from, to) {
  if (!mayMove(from)) return last;
  const reload = from.vehicle && isReload(routes().get(from.vehicle).stops[from.index]);
  if (reload && to && to.vehicle !== from.vehicle) { say(words.ownReload, true); return last; }
  const key = from.vehicle ? keyOf(from) : from.orders[0];
  const next = to ? keyOf(to) : undefined;
  const target = () => {
    if (to === null) return null;
    const before = next === undefined ? null : placeOf(next);
    return { vehicle: to.vehicle, index: before?.vehicle === to.vehicle ? before.index : (routes().get(to.vehicle)?.stops.length ?? 0) };
  };
  return apply(() => moved(state.hand, routes(), from.vehicle ? placeOf(key) : from, target())).then(() => {
    selected = null;
    const there = to && !reload && placeOf(key);
    select(there?.vehicle ? there : null);
    if (there?.vehicle) timeline.focus(there);
  });
}

// What a move would break that does not break now, in words; and what it costs.
async function attempt(from, to, show) {
  const told = await ask(url("try"), { hand: moved(state.hand, routes(), from, to), seen });
  const texts = (one) => one.routes.flatMap((route) => [...route.broken, ...route.stops.flatMap((stop) => stop.broken)]);
  const before = new Set(texts(state));
  show(texts(told).filter((text) => !before.has(text)), `${words.cost}: ${difference(told.totals.cost - state.totals.cost, (value) => value.toFixed(1))}`);
}

// The vehicle comes back to load before a stop.
function again(place) {
  if (!mayMove(place)) return;
  const key = keyOf(place);
  apply(() => { const { vehicle, index } = placeOf(key); return vehicle ? loadedAgain(state.hand, routes(), vehicle, index) : null; });
}

function lock(vehicle, index) {
  if (readOnly || isReload(routes().get(vehicle).stops[index])) return;
  const route = routes().get(vehicle);
  const key = keyOf({ vehicle, index });
  const off = index < lockedStops(route);
  apply(() => { const place = placeOf(key); return place.vehicle ? lockedUpTo(state.hand, routes(), place.vehicle, off ? place.index - 1 : place.index) : null; });
}

function undo() { let now; apply(() => { now = state.hand; return past.at(-1) ?? null; }, () => { past.pop(); future.push(now); }); }
function redo() { let now; apply(() => { now = state.hand; return future.at(-1) ?? null; }, () => { future.pop(); past.push(now); }); }

// keys ------------------------------------------------------------------------------------------------------------------

function nearest(vehicle, at) {
  const stops = routes().get(vehicle)?.stops ?? [];
  return stops.filter((stop) => stop.start < at).length;
}

function neighbour(vehicle, step) {
  const row = fixed.vehicles.findIndex((one) => one.id === vehicle) + step;
  return fixed.vehicles[row]?.id;
}

function key(event, place) {
  const { vehicle, index } = place;
  const route = routes().get(vehicle);
  const stop = route.stops[index];
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const row = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (side) {
    if (!event.altKey) timeline.focus({ vehicle, index: index + side });
    else if (index + side >= lockedStops(route) && index + side < route.stops.length) move(place, { vehicle, index: side < 0 ? index - 1 : index + 2 });
  } else if (row) {
    let other = neighbour(vehicle, row);
    if (!event.altKey) while (other && !routes().get(other)) other = neighbour(other, row);
    if (!other) return;
    const at = nearest(other, stop.start);
    if (event.altKey) move(place, { vehicle: other, index: Math.max(at, lockedStops(routes().get(other))) });
    else timeline.focus({ vehicle: other, index: Math.min(at, routes().get(other).stops.length - 1) });
  } else if (event.key === "m" || event.key === "M") panel.askWhere(place);
  else if (event.key === "l" || event.key === "L") lock(vehicle, index);
  else if (event.key === "Delete") move(place, null);
  else return;
  event.preventDefault();
}

addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, select")) return;
  if (event.key === "z" && !event.shiftKey) undo();
  else if (event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey)) redo();
  else return;
  event.preventDefault();
});

// the rest planned again ------------------------------------------------------------------------------------------------

async function replan() {
  const dialog = get("search-dialog");
  get("search-running").hidden = false;
  get("search-found").hidden = true;
  get("search-news").textContent = "";
  try {
    await last;
    const { search } = await ask(url("replan"), { hand: state.hand, seen, seconds: Number(get("seconds").value) });
    dialog.showModal();
    get("search-stop").onclick = () => ask(`${search}/stop`, {});
    const told = await follow(search, (one) => { get("search-news").textContent = news(one, words); get("search-bar").style.width = share(one); });
    if (told.fault) throw new Error(told.fault);
    get("search-running").hidden = true;
    get("search-found").hidden = false;
    get("search-summary").textContent = told.changes.length
      ? `${words.cost}: ${told.cost.map((value) => value.toFixed(1)).join(" → ")} · ${words.vehicles}: ${told.routes.join(" → ")} · ${words.off}: ${told.off.join(" → ")}`
      : words.noChanges;
    get("search-changes").replaceChildren(panel.changes(told.changes));
    get("search-accept").disabled = !told.changes.length;
    get("search-accept").onclick = () => ask(`${search}/accept`, {}).then(({ location: to }) => location.assign(to), (error) => { dialog.close(); say(error.message, true); });
  } catch (error) {
    dialog.close();
    say(error.message, true);
  }
}

// trouble ---------------------------------------------------------------------------------------------------------------

function trouble(kind) {
  for (const one of ["breakdown", "closed"]) {
    get(one).hidden = one !== kind;
    get(`trouble-${one}`).setAttribute("aria-selected", one === kind);
  }
  if (!get("trouble-dialog").open) get("trouble-dialog").showModal();
  get(kind).querySelector("select").focus();
}

// begin -----------------------------------------------------------------------------------------------------------------

const timeline = new Timeline(get("timeline"), fixed, colours, clock, words, { select, move, attempt, key, mayMove });
const panel = new Panel(fixed, words, names, colours, { clock, span }, {
  select, move, attempt, again, lock, mayMove, readOnly,
  drive: (vehicle, driver) => apply(() => driven(state.hand, vehicle, driver)),
  drag: (event, orders, text) => timeline.follow(event, { orders }, text),
});
const publish = new Publish(read("desk-published"), fixed, words, names, async (wanted) => location.assign((await ask(url("publish"), { routes: wanted })).location));

get("undo").addEventListener("click", undo);
get("redo").addEventListener("click", redo);
get("replan").addEventListener("click", replan);
get("search-discard").addEventListener("click", () => get("search-dialog").close());
get("publish").addEventListener("click", () => publish.open(state));
get("keep").addEventListener("click", () => last.then(() => ask(url("keep"), { hand: state.hand, seen })).then(({ location: to }) => location.assign(to), (error) => say(error.message, true)));
get("wider").addEventListener("click", () => { timeline.zoom = Math.min(8, timeline.zoom * 1.6); timeline.scale(); });
get("narrower").addEventListener("click", () => { timeline.zoom = Math.max(1, timeline.zoom / 1.6); timeline.scale(); });

try {
  map = new DeskMap(get("map"), desk.dataset, fixed, colours, select);
  map.names = names;
} catch (error) {
  // no WebGL: the timeline and the list say everything the map says
  desk.classList.add("desk-mapless");
}
render();
say(state.moved ? words.saved : words.asPlanned);
get("trouble").disabled = readOnly;
get("trouble").addEventListener("click", () => trouble("breakdown"));
for (const one of ["breakdown", "closed"]) get(`trouble-${one}`).addEventListener("click", () => trouble(one));
for (const one of document.querySelectorAll("#trouble-dialog [data-close]")) one.addEventListener("click", () => get("trouble-dialog").close());
if (desk.dataset.trouble && !readOnly) trouble(desk.dataset.trouble === "closed" ? "closed" : "breakdown");
if (location.search) history.replaceState(null, "", location.pathname); // a reload begins nothing again
desk.dataset.ready = "1";
if ("replan" in desk.dataset) replan();
