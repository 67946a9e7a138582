// The board: replaces the cards of routes that changed, and moves what is on the map. The server renders; this only places.
"use strict";

(() => {
  const board = document.querySelector(".board");
  const features = new Map();
  const markers = new Map();
  let map = null;

  const key = (feature) => `${feature.properties.kind}:${feature.properties.id}`;
  const keep = (list) => list.forEach((feature) => features.set(key(feature), feature));
  const colours = ["#3b5bdb", "#0b7285", "#862e9c", "#5c940d", "#c92a2a", "#e67700"];

  function bounds() {
    const box = new maplibregl.LngLatBounds();
    for (const { geometry } of features.values()) {
      const points = geometry.type === "Point" ? [geometry.coordinates] : geometry.coordinates;
      points.forEach((point) => box.extend(point));
    }
    return box;
  }

  function draw() {
    const lines = [...features.values()].filter((f) => f.geometry.type === "LineString");
    map.getSource("tracks").setData({ type: "FeatureCollection", features: lines.map((f) => ({
      ...f, properties: { ...f.properties, colour: colours[f.properties.colour % colours.length] } })) });
    for (const [name, feature] of features) if (feature.geometry.type === "Point") place(name, feature);
  }

  function place(name, { geometry, properties }) {
    let marker = markers.get(name);
    if (!marker) {
      const element = document.createElement("div");
      marker = new maplibregl.Marker({ element }).setLngLat(geometry.coordinates).addTo(map);
      element.addEventListener("click", () => show(properties.id));
      markers.set(name, marker);
    }
    marker.setLngLat(geometry.coordinates);
    const element = marker.getElement();
    // MapLibre keeps its own classes on the element: only ours are exchanged
    [...element.classList].filter((c) => c.startsWith("marker")).forEach((c) => element.classList.remove(c));
    element.classList.add("marker");
    if (properties.kind === "vehicle") { element.classList.add("marker-vehicle"); element.classList.toggle("marker-live", Boolean(properties.live)); element.textContent = properties.name; }
    else if (properties.kind === "depot") { element.classList.add("marker-depot"); element.title = properties.name; }
    else {
      const done = properties.phase === "signed" || properties.phase === "left";
      const warn = properties.refused || (properties.conformity && properties.conformity !== "conformant");
      element.classList.add(`marker-${properties.failed ? "failed" : done && warn ? "warn" : properties.phase}`);
      element.textContent = properties.number;
    }
  }

  function show(stop) {
    const row = document.getElementById(`stop-${stop}`);
    if (row) { row.scrollIntoView({ block: "center", behavior: "smooth" }); flash(row); }
  }

  function flash(row) { row.classList.remove("fresh"); void row.offsetWidth; row.classList.add("fresh"); }

  function startMap() {
    maplibregl.setWorkerUrl(board.dataset.worker);
    const tiles = board.dataset.tiles;
    const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef1f4" } }] };
    if (tiles) {
      style.sources.tiles = { type: "raster", tiles: [tiles], tileSize: 256, attribution: board.dataset.attribution };
      style.layers.push({ id: "tiles", type: "raster", source: "tiles" });
    }
    style.sources.tracks = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
    style.layers.push({ id: "tracks", type: "line", source: "tracks", paint: { "line-color": ["get", "colour"], "line-width": 2.5, "line-opacity": 0.55 } });
    map = new maplibregl.Map({ container: "map", style, center: [116.4, 39.9], zoom: 10, attributionControl: tiles ? {} : false });
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
    map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
    map.on("load", () => {
      draw();
      if (features.size) map.fitBounds(bounds(), { padding: 60, maxZoom: 14, duration: 0 });
      document.querySelector(".board-map").dataset.ready = "1";
    });
  }

  function change({ routes, features: moved }) {
    for (const { id, html } of routes) {
      const before = document.getElementById(`route-${id}`);
      const holder = document.createElement("template");
      holder.innerHTML = html.trim();
      const card = holder.content.firstElementChild;
      const was = new Map([...(before?.querySelectorAll(".stop") ?? [])].map((row) => [row.id, row.innerHTML]));
      if (before) before.replaceWith(card);
      else { document.querySelector("#routes .empty")?.remove(); document.getElementById("routes").append(card); }
      card.querySelectorAll(".stop").forEach((row) => { if (was.has(row.id) && was.get(row.id) !== row.innerHTML) flash(row); });
    }
    keep(moved);
    if (map && map.isStyleLoaded()) draw();
  }

  function live(on) {
    const sign = document.getElementById("live");
    sign.classList.toggle("status-green", on);
    sign.classList.toggle("status-red", !on);
    sign.lastElementChild.textContent = on ? sign.dataset.live : sign.dataset.lost;
  }

  function listen() {
    const stream = new EventSource(board.dataset.events);
    stream.addEventListener("open", () => live(true));
    stream.addEventListener("change", (event) => change(JSON.parse(event.data)));
    // the browser opens it again by itself, from the last entry it saw
    stream.addEventListener("error", () => live(false));
    window.addEventListener("beforeunload", () => stream.close());
  }

  window.addEventListener("DOMContentLoaded", () => {
    keep(JSON.parse(document.getElementById("features").textContent));
    try { startMap(); } catch (error) {
      // no WebGL: the list says everything the map says
      document.querySelector(".board-map").hidden = true;
      document.querySelector(".board").style.gridTemplateColumns = "1fr";
    }
    listen();
  });
})();
