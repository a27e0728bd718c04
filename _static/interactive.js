/* Moves the figures that a reader can touch: takes the data beside each figure, shows its controls,
   and rewrites the parts that are marked in it. Without this script a figure is complete and still. */
"use strict";

(() => {
  const minus = (text) => text.replace("-", "\u2212");
  const percent = (value) => `${value.toFixed(3)}%`;

  /* Four scores: softmax and sigmoids, bars from 14 % on, 68 % long. */
  function bench(state, data) {
    const temperature = Number(data.steps.temperature[state.temperature]);
    const scores = data.classes.map((_, i) => (state[`score${i}`] + state.shift) / temperature);
    const top = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - top));
    const total = powers.reduce((a, b) => a + b);
    const outputs = {
      softmax: powers.map((power) => power / total),
      sigmoid: scores.map((score) => 1 / (1 + Math.exp(-score))),
    };
    const first = scores.indexOf(top);
    const parts = {};
    const said = {};
    for (const [head, values] of Object.entries(outputs)) {
      let sum = 0;
      values.forEach((value, i) => {
        parts[`${head}-bar${i}`] = { width: percent(68 * value) };
        parts[`${head}-value${i}`] = { text: value.toFixed(3) };
        parts[`${head}-share${i}`] = { x: percent(14 + 17 * sum), width: percent(17 * value) };
        sum += value;
      });
      parts[`${head}-sum`] = { text: sum.toFixed(3) };
      said[head] = { first: values[first].toFixed(3), sum: sum.toFixed(3) };
      const each = data.classes.map((name, i) => `${name} ${values[i].toFixed(3)}`).join(", ");
      const name = head === "softmax" ? "Softmax" : "Sigmoids";
      parts[`${head}-alt`] = { "aria-label": `${name}, bars: ${each}; sum ${sum.toFixed(3)}` };
    }
    const name = data.classes[first];
    parts.said = {
      text:
        `Softmax gives ${name} ${said.softmax.first}, and all four sum to ${said.softmax.sum}. ` +
        `The sigmoids give ${name} ${said.sigmoid.first}, and sum to ${said.sigmoid.sum}.`,
    };
    return parts;
  }

  const KINDS = { bench };

  /* Return what the controls stand at, and write it beside the sliders. */
  function read(controls, data) {
    const state = {};
    for (const control of controls.querySelectorAll("input, select")) {
      state[control.name] = control.type === "range" ? control.valueAsNumber : control.value;
      if (control.type !== "range") continue;
      const steps = data.steps[control.name];
      const text = minus(steps ? steps[control.value] : control.valueAsNumber.toFixed(1));
      control.setAttribute("aria-valuetext", text);
      control.nextElementSibling.textContent = text;
    }
    return state;
  }

  function rewrite(figure, parts) {
    for (const [name, changes] of Object.entries(parts)) {
      for (const part of figure.querySelectorAll(`[data-part="${name}"]`)) {
        for (const [attribute, value] of Object.entries(changes)) {
          if (attribute === "text") part.textContent = value;
          else part.setAttribute(attribute, value);
        }
      }
    }
  }

  function hydrate(figure) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const controls = figure.querySelector(".controls");
    const update = () => rewrite(figure, KINDS[figure.dataset.touch](read(controls, data), data));
    controls.addEventListener("input", update);
    controls.hidden = false;
    update();
  }

  const start = () => document.querySelectorAll("figure[data-touch]").forEach(hydrate);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
