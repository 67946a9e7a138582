// Arrangements of a day and what can be done to one: pure functions, each gives a new arrangement.

// What stands among a route's orders where the vehicle comes back to its depot to load again.
export const RELOAD = "";
export const isReload = (stop) => stop.orders[0] === RELOAD;

// What the driver counts a route's stops by: returns to load again are not counted ("⟲").
export function numbers(route) {
  let number = 0;
  return (route?.stops ?? []).map((stop) => (isReload(stop) ? "⟲" : (number += 1)));
}

// How many trips a route has.
export const tripsOf = (route) => 1 + (route?.stops ?? []).filter(isReload).length;

export const stopsOf = (routes, vehicle) => (routes.get(vehicle)?.stops ?? []).map((stop) => [...stop.orders]);

// A stop taken from where it is (a route's place, or the tray) and put where it should be (`to` null: on no route).
// `to.index` counts the stops as they stand before the move. A return to load again that is taken away is gone: its two trips
// are one.
export function moved(hand, routes, from, to) {
  const lists = new Map(hand.routes.map((route) => [route.vehicle, stopsOf(routes, route.vehicle)]));
  let off = [...hand.off];
  let orders;
  if (from.vehicle) [orders] = lists.get(from.vehicle).splice(from.index, 1);
  else { orders = from.orders; off = off.filter((name) => !orders.includes(name)); }
  if (to === null) off.push(...orders.filter((name) => name !== RELOAD));
  else {
    const list = lists.get(to.vehicle) ?? [];
    const gone = from.vehicle === to.vehicle && from.index < to.index ? 1 : 0;
    list.splice(to.index - gone, 0, orders);
    lists.set(to.vehicle, list);
  }
  return rebuilt(hand, lists, off);
}

function rebuilt(hand, lists, off) {
  const before = new Map(hand.routes.map((route) => [route.vehicle, route]));
  const routes = [...lists].filter(([, stops]) => stops.some(([first]) => first !== RELOAD)).map(([vehicle, stops]) => {
    const old = before.get(vehicle);
    return { vehicle, driver: old?.driver ?? null, locked: old?.locked ?? 0, orders: stops.flat() };
  });
  return { routes, off };
}

// The vehicle comes back to load before a stop: a trip of its own from there on.
export function loadedAgain(hand, routes, vehicle, index) {
  const lists = new Map(hand.routes.map((route) => [route.vehicle, stopsOf(routes, route.vehicle)]));
  lists.get(vehicle).splice(index, 0, [RELOAD]);
  return rebuilt(hand, lists, [...hand.off]);
}

export const driven = (hand, vehicle, driver) => ({ ...hand, routes: hand.routes.map((route) => (route.vehicle === vehicle ? { ...route, driver } : route)) });

// The route settled up to a stop (by its place; -1: nothing is).
export function lockedUpTo(hand, routes, vehicle, index) {
  const locked = stopsOf(routes, vehicle).slice(0, index + 1).flat().length;
  return { ...hand, routes: hand.routes.map((route) => (route.vehicle === vehicle ? { ...route, locked } : route)) };
}

// How many of a route's stops are locked.
export function lockedStops(route) {
  let orders = 0;
  let stops = 0;
  for (const stop of route?.stops ?? []) {
    orders += stop.orders.length;
    if (orders > route.locked) break;
    stops += 1;
  }
  return stops;
}
