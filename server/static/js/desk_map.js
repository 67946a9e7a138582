// The desk's map: routes as lines, stops as dots; one that breaks something has a red ring. Where a vehicle comes back to load
// again there is a ring of its colour around the depot.

import { isReload, numbers } from "./desk_hand.js";

const collection = (features) => ({ type: "FeatureCollection", features });

export class DeskMap {
  constructor(holder, data, fixed, colours, onSelect) {
    this.fixed = fixed;
    this.colours = colours;
    this.onSelect = onSelect;
    this.ready = false;
    maplibregl.setWorkerUrl(data.worker);
    const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef1f4" } }] };
    if (data.tiles) {
      style.sources.tiles = { type: "raster", tiles: [data.tiles], tileSize: 256, attribution: data.attribution };
      style.layers.push({ id: "tiles", type: "raster", source: "tiles" });
    }
    for (const name of ["lines", "stops", "depots"]) style.sources[name] = { type: "geojson", data: collection([]) };
    const colour = ["get", "colour"];
    style.layers.push(
      { id: "lines", type: "line", source: "lines", paint: { "line-color": colour, "line-width": ["case", ["get", "on"], 4, 2], "line-opacity": ["case", ["get", "dim"], 0.15, 0.7] } },
      { id: "depots", type: "circle", source: "depots", paint: { "circle-color": "#1f2937", "circle-radius": 7, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      { id: "stops", type: "circle", source: "stops", paint: {
        "circle-color": ["case", ["get", "reload"], "rgba(255, 255, 255, 0)", colour], "circle-radius": ["case", ["get", "reload"], 10, ["get", "on"], 9, ["get", "broken"], 7, 5],
        "circle-opacity": ["case", ["get", "dim"], 0.3, 1], "circle-stroke-opacity": ["case", ["get", "dim"], 0.3, 1],
        "circle-stroke-color": ["case", ["get", "broken"], "#d63939", ["get", "on"], "#111827", ["get", "reload"], colour, "#fff"],
        "circle-stroke-width": ["case", ["get", "broken"], 3.5, ["any", ["get", "on"], ["get", "reload"]], 3, 1] } },
    );
    this.map = new maplibregl.Map({ container: holder, style, attributionControl: data.tiles ? {} : false, center: [116.4, 39.9], zoom: 9, dragRotate: false });
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
    this.map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-right");
    this.popup = new maplibregl.Popup({ closeButton: false, closeOnClick: false, offset: 10 });
    this.map.on("load", () => { this.ready = true; this.fit(); if (this.last) this.draw(...this.last); holder.dataset.ready = "1"; });
    this.map.on("click", "stops", (event) => { const { vehicle, index } = event.features[0].properties; this.onSelect(vehicle ? { vehicle, index } : null); });
    this.map.on("mousemove", "stops", (event) => this.tell(event));
    this.map.on("mouseleave", "stops", () => { this.map.getCanvas().style.cursor = ""; this.popup.remove(); });
  }

  tell(event) {
    const { name, place } = event.features[0].properties;
    this.map.getCanvas().style.cursor = "pointer";
    const text = document.createElement("span");
    text.textContent = place ? `${place} · ${name}` : name;
    this.popup.setLngLat(event.features[0].geometry.coordinates).setDOMContent(text).addTo(this.map);
  }

  fit() {
    const box = new maplibregl.LngLatBounds();
    for (const site of Object.values(this.fixed.sites)) if (site.at) box.extend(site.at);
    if (!box.isEmpty()) this.map.fitBounds(box, { padding: 40, maxZoom: 14, duration: 0 });
  }

  draw(state, selected) {
    this.last = [state, selected];
    if (!this.ready) return;
    const at = (site) => this.fixed.sites[site].at;
    const depot = Object.values(this.fixed.sites).find((site) => site.depot);
    const lines = [];
    const stops = [];
    for (const route of state.routes) {
      const on = selected?.vehicle === route.vehicle;
      const dim = Boolean(selected?.vehicle) && !on;
      const colour = this.colours.get(route.vehicle);
      const way = route.stops.map((stop) => at(stop.site));
      if (way.every(Boolean) && depot?.at) lines.push({ type: "Feature", properties: { colour, on, dim }, geometry: { type: "LineString", coordinates: [depot.at, ...way, at(route.ends) ?? depot.at] } });
      const counted = numbers(route);
      route.stops.forEach((stop, index) => {
        const place = at(stop.site);
        if (!place) return;
        const properties = { colour, dim, on: on && selected.index === index, broken: stop.broken.length > 0, reload: isReload(stop), vehicle: route.vehicle, index, name: this.fixed.sites[stop.site].name, place: `${this.names.get(route.vehicle)} ${counted[index]}` };
        stops.push({ type: "Feature", properties, geometry: { type: "Point", coordinates: place } });
      });
    }
    for (const site of Object.values(this.fixed.sites)) {
      // where a vehicle broke down
      if (site.roadside && site.at) stops.push({ type: "Feature", properties: { colour: "#fff", dim: false, on: false, broken: true, reload: false, vehicle: "", index: -1, name: site.name, place: "" }, geometry: { type: "Point", coordinates: site.at } });
    }
    for (const { order } of state.off) {
      const site = this.fixed.orders[order].site;
      if (at(site)) stops.push({ type: "Feature", properties: { colour: "#9ca3af", dim: false, on: false, broken: false, reload: false, vehicle: "", index: -1, name: this.fixed.sites[site].name, place: "" }, geometry: { type: "Point", coordinates: at(site) } });
    }
    const depots = Object.values(this.fixed.sites).filter((site) => site.depot && site.at).map((site) => ({ type: "Feature", properties: { name: site.name }, geometry: { type: "Point", coordinates: site.at } }));
    this.map.getSource("lines").setData(collection(lines));
    this.map.getSource("stops").setData(collection(stops));
    this.map.getSource("depots").setData(collection(depots));
  }
}
