// Draws the charts of the page. All of it, the chart library too, is in the page; nothing is fetched.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const shade = () => root.dataset.theme || (dark.matches ? "dark" : "light");
const button = document.getElementById("theme");
const label = () => { button.textContent = shade() === "dark" ? "Light" : "Dark"; };
button.addEventListener("click", () => { root.dataset.theme = shade() === "dark" ? "light" : "dark"; label(); });
dark.addEventListener("change", label);
label();
button.hidden = false;

const text = (id) => document.getElementById(id).textContent;

async function load() {
  const packed = Uint8Array.from(atob(text("library").trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

// Colours are custom properties of the page, so that theme and paper need no second drawing.
const config = {
  background: null,
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: "var(--dim)", titleColor: "var(--dim)", gridColor: "var(--rule)", domainColor: "var(--rule)",
    tickColor: "var(--rule)", labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal", labelOverlap: "greedy",
    labelSeparation: 6, gridOpacity: 0.7,
  },
  legend: {
    labelColor: "var(--ink)", titleColor: "var(--dim)", labelFontSize: 12, titleFontSize: 11, orient: "bottom",
    direction: "horizontal", title: null, symbolStrokeWidth: 2.5, labelLimit: 320, columns: 2,
  },
  text: { color: "var(--ink)", fontSize: 11 },
  rule: { color: "var(--dim)" },
};

function rows(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, k) => Object.fromEntries(names.map((name) => [name, columns[name][k]])));
}

async function draw() {
  const page = JSON.parse(text("charts"));
  const options = {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, config,
    formatLocale: page.locale, logLevel: 1, tooltip: { disableDefaultStyle: true, theme: "page" },
  };
  for (const place of document.querySelectorAll(".chart")) {
    const spec = page.specs[place.id];
    spec.datasets = Object.fromEntries(Object.entries(spec.datasets).map(([name, data]) => [name, rows(data)]));
    const fit = { type: "fit-x", contains: "padding" };
    await vegaEmbed(place, { width: "container", autosize: fit, ...spec }, options);
  }
  root.dataset.charts = "drawn";
}

load().then(draw).catch((error) => {
  root.dataset.charts = "failed";
  const place = document.getElementById("unseen");
  place.textContent = "This browser could not draw the charts (" + error + "). All tables are complete.";
  place.hidden = false;
});
