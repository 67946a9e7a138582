// Which routes go to which handhelds.

import { fill } from "./searching.js";

const get = (id) => document.getElementById(id);

export class Publish {
  constructor({ routes, devices }, fixed, words, names, send) {
    Object.assign(this, { routes, devices, fixed, words, names });
    get("publish-cancel").addEventListener("click", () => get("publish-dialog").close());
    get("publish-now").addEventListener("click", async () => {
      const wanted = Object.fromEntries([...get("publish-rows").rows].filter((row) => row.querySelector("input").checked).map((row) => [row.dataset.route, row.querySelector("select").value]));
      try { await send(wanted); } catch (error) { this.why(error.message); }
    });
    get("publish-rows").addEventListener("change", (event) => {
      if (event.target.matches("select")) event.target.closest("tr").querySelector("input").checked = Boolean(event.target.value);
      this.ready();
    });
  }

  why(text) {
    get("publish-why").textContent = text;
    get("publish-why").hidden = !text;
  }

  ready() {
    const rows = [...get("publish-rows").rows].filter((row) => row.querySelector("input").checked);
    const devices = rows.map((row) => row.querySelector("select").value);
    get("publish-now").disabled = this.blocked || !rows.length || devices.includes("") || new Set(devices).size < devices.length;
  }

  // A draft cannot be published: it is kept as a plan first, which the checker has to accept.
  open(state) {
    this.blocked = state.moved;
    this.why(state.moved ? this.words.keepFirst : "");
    const drivers = new Map(this.fixed.drivers.map(({ id, name }) => [id, name]));
    const planned = new Map(state.routes.map((route) => [route.vehicle, route.driver]));
    get("publish-rows").replaceChildren(...this.routes.map((one) => {
      const row = document.createElement("tr");
      row.dataset.route = one.route;
      const tick = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input", checked: Boolean(one.device) && !one.current });
      tick.setAttribute("aria-label", this.names.get(one.vehicle));
      const device = document.createElement("select");
      device.className = "form-select form-select-sm";
      device.setAttribute("aria-label", this.names.get(one.vehicle));
      device.append(new Option("–", ""), ...this.devices.map(({ id, name }) => new Option(name, id, false, id === one.device)));
      const kind = one.version ? (one.current ? this.words.current : this.words.outdated) : this.words.unpublished;
      for (const cell of [tick, this.names.get(one.vehicle), drivers.get(planned.get(one.vehicle)) ?? this.words.nobody, fill(kind, one), device]) row.insertCell().append(cell);
      return row;
    }));
    this.ready();
    get("publish-dialog").showModal();
  }
}
