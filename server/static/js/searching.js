// Waits for a search that runs on the server, and says how far it is.

const every = 400;

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export async function ask(url, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) {
    headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
    headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(url, { method: body === undefined ? "GET" : "POST", headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.text);
  return told;
}

export function news(told, words) {
  const { measured, blocks, seconds, cost } = told.progress;
  if (told.stopping) return words.stopping;
  if (blocks > measured) return fill(words.measuring, { done: measured, blocks });
  const best = cost === null ? "" : ` · ${fill(words.best, { cost: cost.toFixed(1) })}`;
  return fill(words.searching, { seconds: Math.min(told.asked, seconds).toFixed(1), asked: told.asked }) + best;
}

export const share = (told) => `${Math.min(100, (100 * told.progress.seconds) / told.asked)}%`;

// Asks until the search is over; `show` hears each answer. Resolves to the last one.
export async function follow(url, show) {
  for (;;) {
    const told = await ask(url);
    show(told);
    if (told.state !== "running") return told;
    await new Promise((done) => setTimeout(done, every));
  }
}

const card = document.getElementById("searching");
if (card) {
  const url = card.dataset.search;
  const show = (told) => {
    document.getElementById("searching-news").textContent = news(told, card.dataset);
    document.getElementById("searching-bar").style.width = share(told);
  };
  follow(url, show).then((told) => { location.replace(told.location ?? url); });
}
