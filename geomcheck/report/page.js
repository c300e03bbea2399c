"use strict";
// Draws the figures from their plain specifications, in the colours of the reader's scheme.
(() => {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const root = document.documentElement;
  const plots = [...document.querySelectorAll(".plot")];
  const status = document.getElementById("status");

  // Large errors must stand out: dark on a light page, bright on a dark one.
  const viridis = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779",
    "#6ece58", "#b5de2b", "#fde725"];
  const scale = (colors) => colors.map((color, i) => [i / (colors.length - 1), color]);

  function palette() {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    const dark = read("scheme") === "dark";
    const error = scale(dark ? viridis.slice(2) : viridis.slice(0, 9).reverse());
    return (name) => (name === "error" ? error : read(name));
  }

  function themed(value, look, key = "") {
    if (typeof value === "string") {
      return /color(scale)?$/.test(key) && value[0] === "@" ? look(value.slice(1)) : value;
    }
    if (Array.isArray(value)) {
      return typeof value[0] === "number" ? value : value.map((item) => themed(item, look, key));
    }
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, themed(v, look, k)]));
    }
    return value;
  }

  function merged(base, over) {
    if (!over || typeof over !== "object" || Array.isArray(over)) return over;
    const result = { ...base };
    for (const [key, value] of Object.entries(over)) result[key] = merged(result[key], value);
    return result;
  }

  function figure(spec, look) {
    const view = spec.views[spec.view || 0] || {};
    const data = spec.data.map((trace, i) =>
      view.data && view.data[i] ? merged(trace, view.data[i]) : trace);
    const font = { family: getComputedStyle(document.body).fontFamily, size: 13, color: "@ink" };
    const layout = merged(merged({
      font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true,
      hoverlabel: { bgcolor: "@card", bordercolor: "@axis", font: { color: "@ink" },
        namelength: -1 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: "@axis", activecolor: "@ink" },
    }, spec.layout), view.layout || {});
    return [themed(data, look), themed(layout, look)];
  }

  // The buttons are named one by one: by default Plotly offers to send the data to a server.
  const config = (spec) => ({
    displaylogo: false, showSendToCloud: false, responsive: true, scrollZoom: false,
    modeBarButtons: [spec.solid
      ? ["toImage", "zoom3d", "pan3d", "tableRotation", "resetCameraDefault3d"]
      : ["toImage", "zoom2d", "pan2d", "resetScale2d"]],
    toImageButtonOptions: { format: "png", scale: 3 },
  });

  async function draw(plot, look, size = {}) {
    const spec = specs[plot.dataset.panel];
    try {
      const [data, layout] = figure(spec, look);
      await Plotly.react(plot, data, { ...layout, ...size }, config(spec));
      plot.dataset.drawn = "yes";
    } catch (error) {
      plot.classList.add("failed");
      plot.textContent = "This figure could not be drawn here.";
      console.error(error);
    }
  }

  function tint(look) {
    for (const glyph of document.querySelectorAll("[data-color]")) {
      glyph.style.color = look(glyph.dataset.color);
    }
  }

  async function drawAll() {
    const look = palette();
    tint(look);
    for (const plot of plots) {
      await draw(plot, look);
      await new Promise((next) => setTimeout(next));  // lets the page answer between figures
    }
    root.dataset.figures = "drawn";
  }

  function press(button, on) {
    button.setAttribute("aria-pressed", String(on));
  }

  for (const button of document.querySelectorAll("[data-traces]")) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      press(button, on);
      const touched = new Set();
      for (const [panel, index] of JSON.parse(button.dataset.traces)) {
        specs[panel].data[index].visible = on;
        touched.add(panel);
      }
      const look = palette();
      for (const panel of touched) draw(document.getElementById(`plot-${panel}`), look);
    });
  }

  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => {
      for (const other of button.parentElement.querySelectorAll("button")) {
        press(other, other === button);
      }
      specs[button.dataset.panel].view = Number(button.dataset.view);
      draw(document.getElementById(`plot-${button.dataset.panel}`), palette());
    });
  }

  const turns = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.12],
    ArrowDown: [0, -0.12] };
  for (const plot of plots) {
    if (!specs[plot.dataset.panel].solid) continue;
    plot.addEventListener("keydown", (event) => {
      const turn = turns[event.key];
      if (!turn || !plot.layout) return;
      event.preventDefault();
      const { x, y, z } = plot._fullLayout.scene.camera.eye;
      const radius = Math.hypot(x, y, z);
      const around = Math.atan2(y, x) + turn[0];
      const up = Math.max(-1.5, Math.min(1.5, Math.asin(z / radius) + turn[1]));
      const flat = radius * Math.cos(up);
      Plotly.relayout(plot, { "scene.camera.eye": {
        x: flat * Math.cos(around), y: flat * Math.sin(around), z: radius * Math.sin(up) } });
    });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        status.textContent = "Copied.";
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      } catch {
        getSelection().selectAllChildren(source);  // the reader copies by hand
      }
    });
  }

  // Paper is light, narrow and shows no WebGL canvas reliably: everything is drawn anew for it,
  // at once, since printing does not wait, and a picture stands in for what can be turned.
  addEventListener("beforeprint", () => {
    root.classList.add("paper");
    const look = palette();
    tint(look);
    for (const plot of plots) {
      draw(plot, look, { width: plot.clientWidth, height: plot.clientHeight });
      const scene = plot._fullLayout && plot._fullLayout.scene && plot._fullLayout.scene._scene;
      if (!scene || !scene.toImage || !scene.container) continue;
      const picture = new Image();
      picture.className = "paper-copy";
      picture.alt = "";
      picture.src = scene.toImage("png");
      scene.container.append(picture);
    }
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    for (const picture of document.querySelectorAll(".paper-copy")) picture.remove();
    drawAll();
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  drawAll();
})();
