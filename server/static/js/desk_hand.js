// Arrangements of a day and what can be done to one: pure functions, each gives a new arrangement.

export const stopsOf = (routes, vehicle) => (routes.get(vehicle)?.stops ?? []).map((stop) => [...stop.orders]);

// A stop taken from where it is (a route's place, or the tray) and put where it should be (`to` null: on no route).
// `to.index` counts the stops as they stand before the move.
export function moved(hand, routes, from, to) {
  const lists = new Map(hand.routes.map((route) => [route.vehicle, stopsOf(routes, route.vehicle)]));
  let off = [...hand.off];
  let orders;
  if (from.vehicle) [orders] = lists.get(from.vehicle).splice(from.index, 1);
  else { orders = from.orders; off = off.filter((name) => !orders.includes(name)); }
  if (to === null) off.push(...orders);
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
  const routes = [...lists].filter(([, stops]) => stops.length).map(([vehicle, stops]) => {
    const old = before.get(vehicle);
    return { vehicle, driver: old?.driver ?? null, locked: old?.locked ?? 0, orders: stops.flat() };
  });
  return { routes, off };
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
