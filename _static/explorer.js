/* The explorer, one of the figures that `interactive.js` moves: any cell of the record, and another. */
"use strict";

(globalThis.TOUCHED ??= {}).explorer = (state, data, figure, { minus, upper }) => {
  const SIDES = ["", "2"];

  /* Let only what was run be chosen; of what was chosen and was not, take its neighbour. */
  function allow(name, isRun) {
    const list = figure.querySelector(`select[name="${name}"]`);
    const options = [...list.options];
    for (const option of options) {
      option.dataset.words ??= option.text;
      option.disabled = !isRun(option.value);
      option.text = option.dataset.words + (option.disabled ? " (not run)" : "");
    }
    const far = (i) => Math.abs(i - list.selectedIndex);
    const able = options.map((_, i) => i).filter((i) => !options[i].disabled);
    if (able.length && !able.includes(list.selectedIndex)) {
      list.selectedIndex = able.reduce((best, i) => (far(i) < far(best) ? i : best));
    }
    list.disabled = !able.length;
    state[name] = list.value;
  }
  const starts = new Set();
  for (const name of Object.keys(data.cells)) {
    const words = name.split(" ");
    words.forEach((_, i) => starts.add(words.slice(0, i + 1).join(" ")));
  }
  for (const end of SIDES) {
    let start = state.task;
    for (const name of ["hidden", "head", "rate"]) {
      allow(name + end, (value) => (end && name === "hidden" && !value) || starts.has(`${start} ${value}`));
      start += ` ${state[name + end]}`;
    }
  }

  const task = data.tasks[state.task];
  const reading = data.readings.indexOf(state.reading);
  const cellOf = (end) => data.cells[["task", "hidden", "head", "rate"].map((n, i) => state[n + (i ? end : "")]).join(" ")];
  const chosen = SIDES.map(cellOf);
  const place = ([low, high], value) => 100 * Math.min(Math.max((value - low) / (high - low), 0), 1);
  const height = (value) => 100 - place(task.y, task.log ? Math.log10(Math.max(value, 1e-9)) : value);
  const joined = (points) => points.map((point) => point.map((each) => each.toFixed(2)).join(",")).join(" ");
  const number = (value, digits) =>
    minus(value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const ends = (value, digits) => {
    if (value === null) return data.none;
    const [mean, low, high] = value.map((each) => number(each, digits));
    return `${mean} (${low} to ${high})`;
  };
  const { left, width, top, height: tall } = data.plane;

  function side(end, i) {
    const cell = chosen[i];
    const parts = { [`side${i}`]: { visibility: cell ? "visible" : "hidden" } };
    if (!cell) return { ...parts, [`name${i}`]: { text: "" } };
    const [hidden, head, rate] = ["hidden", "head", "rate"].map((name) => state[name + end]);
    const [means, reaches] = cell[6][reading];
    const xs = means.map((_, epoch) => place([0, task.epochs], epoch));
    const at = (sign) => means.map((mean, k) => [xs[k], height(mean + sign * reaches[k])]);
    const start = `${state.task} ${hidden} ${head} `;
    const own = Object.entries(data.cells)
      .filter(([name]) => name.startsWith(start))
      .map(([name, each]) => ({
        rate: name.slice(start.length),
        part: each[0],
        x: place(task.rates, Math.log10(Number(name.slice(start.length)))),
        y: each[5][reading].map(height),
      }));
    const dots = (part) =>
      own.filter((each) => each.part === part).map(({ x, y }) => `M${x.toFixed(2)},${y[0].toFixed(2)}h0`).join("");
    const ring = own.find((each) => each.rate === rate);
    return {
      ...parts,
      [`name${i}`]: { text: `${data.hidden[hidden]}, ${data.heads[head]}, rate ${rate}` },
      [`line${i}`]: { points: joined(at(0)) },
      [`band${i}`]: { points: joined([...at(-1), ...at(1).reverse()]) },
      [`rates${i}`]: { points: joined(own.map(({ x, y }) => [x, y[0]])) },
      [`reach${i}`]: {
        d: own.map(({ x, y }) => `M${x.toFixed(2)},${y[1].toFixed(2)}V${y[2].toFixed(2)}`).join(""),
      },
      [`dots${i}`]: { d: dots(1) },
      [`pale${i}`]: { d: dots(0) },
      [`ring${i}`]: {
        x: `${(left + (width * ring.x) / 100).toFixed(2)}%`,
        y: (top + (tall * ring.y[0]) / 100).toFixed(2),
      },
    };
  }

  function column(cell) {
    if (!cell) return [];
    const [part, runs, failed, isTuned, study, values] = cell;
    const told = [String(runs), String(failed), data.parts[part], study + (isTuned ? ", its chosen rate" : "")];
    return [...told, ...values.map((value, i) => ends(value, task.rows[i][1]))];
  }

  function words() {
    const digits = task.rows[0][1];
    const said = chosen.flatMap((cell, i) => {
      if (!cell) return [];
      const [hidden, head, rate] = ["hidden", "head", "rate"].map((name) => state[name + SIDES[i]]);
      const start = `${upper(data.hidden[hidden])}, ${data.heads[head]}, rate ${rate}`;
      const on = `on ${data.parts[cell[0]]} images`;
      return [`${start}, ${on}: ${ends(cell[5][reading], digits)} ${task.measure}.`];
    });
    if (chosen.every((cell) => cell?.[7])) {
      const [first, second] = chosen.map((cell) => cell[7][reading]);
      const gaps = first.map((value, k) => value - second[k]);
      const mean = gaps.reduce((a, b) => a + b) / gaps.length;
      const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
      const reach = task.quantile * Math.sqrt(squares / (gaps.length - 1) / gaps.length);
      said.push(`First less second, seed by seed: ${ends([mean, mean - reach, mean + reach], digits)}.`);
    } else if (chosen.every((cell) => cell)) {
      said.push("The two were not run on the same seeds and images.");
    }
    return said.join(" ");
  }

  const parts = { ...side("", 0), ...side("2", 1) };
  for (const name of Object.keys(data.tasks)) {
    parts[`frame-${name}`] = { visibility: name === state.task ? "visible" : "hidden" };
  }
  const told = ["runs", "failed runs", "images read", "study", ...task.rows.map(([each]) => each)];
  const columns = chosen.map(column);
  figure.querySelectorAll("tr[data-part]").forEach((_, i) => {
    parts[`row${i}`] = { style: i < told.length ? "" : "display: none" };
    parts[`words${i}`] = { text: told[i] ?? "" };
    columns.forEach((each, s) => (parts[`value${s}-${i}`] = { text: each[i] ?? "" }));
  });
  parts.said = { text: words() };
  const names = [0, 1].filter((i) => chosen[i]).map((i) => parts[`name${i}`].text).join(" and ");
  for (const [panel, over] of [["curve", "epochs"], ["rates", "learning rates"]]) {
    parts[`${panel}-alt`] = { "aria-label": `${task.measure} over ${over}: ${names}. ${parts.said.text}` };
  }
  return parts;
};
