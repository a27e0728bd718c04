/* Moves the figures that a reader can touch: takes the data beside each figure, shows its controls,
   and rewrites the parts that are marked in it. Without this script a figure is complete and still. */
"use strict";

(() => {
  const minus = (text) => text.replace("-", "\u2212");
  const digits = (step) => (step.split(".")[1] || "").length;
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

  /* Round half of an image up. */
  const whole = (value) => minus(Math.floor(value + 0.5).toLocaleString("en-US"));
  const upper = (text) => text[0].toUpperCase() + text.slice(1);

  /* Mistakes of the first less those of the second: mean, low and high. */
  function gapAt(data, first, second, place) {
    if (first === second) return [0, 0, 0];
    const found = data.gaps[`${first} ${second}`];
    if (found) return found[place];
    const [mean, low, high] = data.gaps[`${second} ${first}`][place];
    return [-mean, -high, -low];
  }

  /* Two activations over the learning rate. */
  function rates(state, data, figure) {
    const pair = [state.first, state.second];
    const gaps = data.steps.rate.map((_, place) => gapAt(data, ...pair, place));
    const winners = gaps.map(([mean, low, high]) => (low <= 0 && 0 <= high ? -1 : Number(mean > 0)));
    const parts = {};
    for (const [name, colour] of Object.entries(data.colours)) {
      const side = pair.indexOf(name);
      const on = side >= 0;
      parts[`line-${name}`] = {
        stroke: on ? colour : data.quiet,
        "stroke-width": on ? 2 : 1,
        "stroke-dasharray": data.dashes[on ? side : 0],
      };
      parts[`marks-${name}`] = { visibility: on ? "visible" : "hidden" };
      parts[`shape-${name}`] = { d: data.shapes[on ? side : 0] };
    }
    pair.forEach((name, side) => {
      // To the front.
      const curve = figure.querySelector(`[data-curve="${name}"]`);
      curve.parentNode.append(curve);
      parts[`key${side}`] = { d: data.shapes[side], fill: data.colours[name] };
      parts[`name${side}`] = { text: data.names[name] };
    });
    winners.forEach((winner, place) => {
      const won = winner >= 0;
      parts[`winner${place}`] = {
        d: won ? data.shapes[winner] : "",
        fill: won ? data.colours[pair[winner]] : data.quiet,
      };
      parts[`lead${place}`] = { text: won ? whole(Math.abs(gaps[place][0])) : "\u2248" };
    });
    const places = figure.querySelector("[data-places]").dataset.places.split(" ");
    parts.cursor = { x1: places[state.rate], x2: places[state.rate] };
    const text = duelSaid(data, pair, gaps, winners, state.rate);
    parts.said = { text };
    parts.alt = { "aria-label": text };
    return parts;
  }

  function duelSaid(data, pair, gaps, winners, place) {
    const each = pair.map((name) => {
      const [mean, low, high] = data.mistakes[name][place].map(whole);
      const lost = data.diverged[name][place];
      const also = lost ? `, ${lost} of ${data.seeds} runs diverged` : "";
      return `${data.names[name]} makes ${mean} mistakes (${low} to ${high}${also})`;
    });
    const [mean, low, high] = gaps[place];
    const ends = `${whole(mean)} (${whole(low)} to ${whole(high)})`;
    let end = `Nobody wins: the difference, ${ends}, may be 0.`;
    if (winners[place] >= 0) {
      const [near, far] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b).map(whole);
      const small = Math.abs(mean) < data.margin;
      end =
        `${upper(data.names[pair[winners[place]]])} makes ${whole(Math.abs(mean))} fewer ` +
        `(${near} to ${far})` +
        (small ? `, too few to matter here (below ${data.margin}).` : ".");
    }
    const [first, second] = [0, 1].map((side) => {
      const wins = winners.filter((winner) => winner === side).length;
      return [data.names[pair[side]], wins];
    });
    return (
      `${upper(each[0])}, ${each[1]}. ${end} Of ${winners.length} rates, ` +
      `${first[0]} wins at ${first[1]} and ${second[0]} at ${second[1]}.`
    );
  }

  /* Where values stand in a plane: percent across, pixels down. */
  const share = (axis, value) => (value - axis.low) / (axis.high - axis.low);
  const across = (plane, x) => percent(plane.left + plane.width * share(plane.x, x));
  function down(plane, y) {
    const inside = Math.min(Math.max(y, plane.y.low), plane.y.high);
    return (plane.top + plane.height - plane.height * share(plane.y, inside)).toFixed(2);
  }
  function line(plane, xs, ys) {
    const points = xs.map((x, i) => [100 * share(plane.x, x), 100 - 100 * share(plane.y, ys[i])]);
    return points.map((point) => point.map((each) => each.toFixed(4)).join(",")).join(" ");
  }

  const RAISED = "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

  /* Two digits, by a power of ten where that is shorter. */
  function scientific(log) {
    if (log === null) return "0";
    const value = 10 ** log;
    if (0.01 <= value && value < 100) return value.toPrecision(2);
    if (100 <= value && value < 1000) return value.toFixed(0);
    const [mantissa, power] = value.toExponential(1).split("e");
    const raised = [...String(Number(power))].map((sign) => RAISED["-0123456789".indexOf(sign)]);
    return `${mantissa}\u00a0\u00d7\u00a010${raised.join("")}`;
  }

  /* One function at a score, and what layers make of an error. */
  function lab(state, data) {
    const { curve, product } = data.planes;
    const name = data.names[state.function];
    const colour = data.colours[state.function];
    const [values, slopes] = data.curves[state.function].map((each) => each.map((n) => n / 1000));
    const scores = values.map((_, i) => data.first + i * data.step);
    const place = Math.round((state.z - data.first) / data.step);
    const gain = 0.5 * Math.log10(data.scales[state.function][state.weights]);
    const alone = data.slopes[state.function][state.weights];
    const both = alone.map((log, i) => (log === null ? null : log + gain * (i + 1)));
    const layers = alone.map((_, i) => i + 1);
    const depth = state.depth;
    const low = (logs) => logs.map((log) => (log === null ? -99 : log));
    const dot = (plane, x, y) => ({ x: across(plane, x), y: down(plane, y) });
    const at = { x1: across(curve, state.z), x2: across(curve, state.z) };
    const layer = { x1: across(product, depth), x2: across(product, depth) };
    const first =
      `${upper(name)} at a score of ${minus(state.z.toFixed(2))}: ` +
      `f = ${minus(values[place].toFixed(3))}, slope f' = ${minus(slopes[place].toFixed(3))}.`;
    const second =
      `Through ${depth} layer${depth > 1 ? "s" : ""} with ${data.weights[state.weights]}, ` +
      `slopes alone multiply an error by ${scientific(alone[depth - 1])}, ` +
      `slopes and weights by ${scientific(both[depth - 1])}.`;
    return {
      score: at,
      layer,
      value: { points: line(curve, scores, values), stroke: colour },
      slope: { points: line(curve, scores, slopes) },
      both: { points: line(product, layers, low(both)), stroke: colour },
      alone: { points: line(product, layers, low(alone)) },
      "at-value": dot(curve, state.z, values[place]),
      "at-slope": dot(curve, state.z, slopes[place]),
      "at-both": dot(product, depth, low(both)[depth - 1]),
      "at-alone": dot(product, depth, low(alone)[depth - 1]),
      "fill-at-value": { fill: colour },
      "fill-at-both": { fill: colour },
      "curve-alt": { "aria-label": first },
      "product-alt": { "aria-label": second },
      said: { text: `${first} ${second}` },
    };
  }

  /* What each kind of figure does; one with a script of its own has put itself there. */
  const KINDS = Object.assign((globalThis.TOUCHED ??= {}), { bench, rates, lab });

  /* Return what the controls stand at, and write it beside the sliders. */
  function read(controls, data) {
    const state = {};
    for (const control of controls.querySelectorAll("input, select")) {
      state[control.name] = control.type === "range" ? control.valueAsNumber : control.value;
      if (control.type !== "range") continue;
      const steps = data.steps[control.name];
      const text = minus(steps ? steps[control.value] : control.valueAsNumber.toFixed(digits(control.step)));
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

  /* A control's value as an address gives it: a slider over steps says the step. */
  const stepsOf = (figure, control) => figure.data.steps[control.name];
  const valueOf = (figure, control) => stepsOf(figure, control)?.[control.value] ?? control.value;
  const isFirst = (control) =>
    control.type === "range"
      ? control.value === control.defaultValue
      : !control.options || control.options[control.selectedIndex]?.defaultSelected;
  /* Of a second figure of a page, names have a 2 and a point before them. */
  const called = (place, control) => (place ? `${place + 1}.` : "") + control.name;

  /* Write every figure that is not as it began into the address, in the place of what was there. */
  function address(figures) {
    const said = new URLSearchParams();
    figures.forEach((figure, place) => {
      if (figure.controls.every(isFirst)) return;
      figure.controls.forEach((each) => said.set(called(place, each), valueOf(figure, each)));
    });
    const hash = String(said) && `#${said}`;
    history.replaceState(history.state, "", location.pathname + location.search + hash);
  }

  /* Put the controls where the address says, as far as they go there, and return whether any did. */
  function restore(figure, place) {
    const said = new URLSearchParams(location.hash.slice(1));
    const named = figure.controls.filter((each) => said.has(called(place, each)));
    for (const control of named) {
      const value = said.get(called(place, control));
      const steps = stepsOf(figure, control);
      if (steps) control.value = steps.includes(value) ? steps.indexOf(value) : control.value;
      else if (control.type === "range") control.value = value === "" || isNaN(value) ? control.value : value;
      else if ([...control.options].some((option) => option.value === value)) control.value = value;
    }
    return named.length > 0;
  }

  function hydrate(element) {
    const data = JSON.parse(element.querySelector("script").textContent);
    const box = element.querySelector(".controls");
    const move = KINDS[element.dataset.touch];
    const update = () => rewrite(element, move(read(box, data), data, element, { minus, upper }));
    return { data, element, box, update, controls: [...box.querySelectorAll("input, select")] };
  }

  function start() {
    const figures = [...document.querySelectorAll("figure[data-touch]")].map(hydrate);
    const all = (follow) =>
      figures.forEach((figure, place) => {
        const isNamed = restore(figure, place);
        figure.update();
        if (isNamed && follow) figure.element.scrollIntoView();
      });
    let pause;
    for (const { box, update } of figures) {
      box.addEventListener("input", () => {
        update();
        // Browsers refuse an address that changes with every pixel of a slider.
        clearTimeout(pause);
        pause = setTimeout(address, 200, figures);
      });
      box.hidden = false;
    }
    all(true);
    addEventListener("hashchange", () => location.hash.includes("=") && all(false));
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
