// How well certainty and forecasts fit, as pictures, in words and as tables.

const WIDE = 420, HIGH = 250, LEFT = 62, TOP = 22, FLOOR = 190, EDGE = 400;
const upTo = (share) => FLOOR - share * (FLOOR - TOP);

/** The frame of a picture: a scale of shares at the side, and its description. */
function frame(described, side, ...inside) {
  const marks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    draw("line", { x1: LEFT, x2: EDGE, y1: upTo(share), y2: upTo(share), class: "dq-grid" }),
    draw("text", { x: LEFT - 8, y: upTo(share) + 4, "text-anchor": "end" }, percent(share))]);
  // Its words and its table stand beside it, so that the picture is one thing with one name.
  return draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "dq-plot", role: "img", "aria-label": described },
    draw("text", { x: 16, y: (TOP + FLOOR) / 2, "text-anchor": "middle", transform: `rotate(-90 16 ${(TOP + FLOOR) / 2})` }, side),
    ...marks, ...inside);
}

function certaintyPart({ levels, enough }, strings) {
  const total = levels.reduce((sum, level) => sum + level.answers, 0);
  const counts = make("p", { class: "dq-instruction", dir: "auto" }, say(strings, "certainty_counts"));
  const title = heading(say(strings, "certainty_title"), 4);
  if (total < enough) {
    return [title, make("p", { dir: "auto" }, say(strings, "certainty_few", { n: total, enough, missing: enough - total })), counts];
  }
  const name = (level) => say(strings, `level_${level.n}`);
  const words = levels.map((level) => (level.answers
    ? `${say(strings, "level_given", { level: name(level), ...level, share: percent(level.share) })} ${say(strings, `judged_${level.judgement}`)}`
    : say(strings, "level_none", { level: name(level) })));
  const picture = say(strings, "certainty_picture");
  const step = (EDGE - LEFT) / levels.length;
  const inside = levels.flatMap((level, i) => {
    const x = LEFT + step * (i + 0.5);
    const box = draw("rect", { x: x - 34, y: upTo(level.high), width: 68, height: upTo(level.low) - upTo(level.high), class: "dq-pays" });
    const below = draw("text", { x, y: FLOOR + 20, "text-anchor": "middle" }, name(level));
    if (!level.answers) return [box, below];
    const y = upTo(level.share);
    return [box, below,
      draw("circle", { cx: x, cy: y, r: 6, class: "dq-point" }),
      draw("text", { x, y: FLOOR + 38, "text-anchor": "middle" }, say(strings, "n_of", { n: level.right, total: level.answers }))];
  });
  return [title,
    frame([picture, ...words].join(" "), say(strings, "axis_right"), ...inside),
    make("p", { class: "dq-instruction", dir: "auto" }, picture),
    make("ul", {}, ...words.map((line) => make("li", { dir: "auto" }, line))),
    dataTable(say(strings, "certainty_table"),
      ["col_certainty", "col_answers", "col_right", "col_share", "col_pays"].map((key) => say(strings, key)),
      levels.map((level) => [name(level), String(level.answers), String(level.right),
        level.answers ? say(strings, "per_cent", { n: percent(level.share) }) : "–",
        say(strings, "from_to", { low: percent(level.low), high: percent(level.high) })])),
    counts];
}

function forecastPart({ forecasts, enough_forecasts: enough }, strings) {
  const { count, brier, bands } = forecasts;
  const title = heading(say(strings, "forecast_title"), 4);
  const counts = make("p", { class: "dq-instruction", dir: "auto" }, say(strings, "forecast_counts"));
  const score = count ? make("p", { dir: "auto" }, say(strings, "forecast_brier", { score: short(brier) })) : null;
  if (count < enough) {
    return [title, make("p", { dir: "auto" }, say(strings, "forecast_few", { n: count, enough, missing: enough - count })), score, counts].filter(Boolean);
  }
  const given = bands.filter((band) => band.forecasts);
  const words = given.map((band) => say(strings, "band_given", { ...band, mean: Math.round(band.mean) }));
  // Two standard errors of a share near one half, for the fullest band: what luck alone does.
  const margin = Math.round(100 / Math.sqrt(Math.max(...given.map((band) => band.forecasts))));
  const unsure = say(strings, "forecast_unsure", { n: count, margin });
  const picture = say(strings, "forecast_picture");
  const along = (share) => LEFT + share * (EDGE - LEFT);
  const inside = [
    draw("line", { x1: LEFT, y1: FLOOR, x2: EDGE, y2: TOP, class: "dq-equal" }),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => draw("text", { x: along(share), y: FLOOR + 20, "text-anchor": "middle" }, percent(share))),
    draw("text", { x: along(0.5), y: FLOOR + 42, "text-anchor": "middle" }, say(strings, "axis_said")),
    ...given.map((band) => draw("circle", { cx: along(band.mean / 100), cy: upTo(band.happened / band.forecasts), r: 6, class: "dq-point" })),
  ];
  return [title,
    frame([picture, ...words].join(" "), say(strings, "axis_happened"), ...inside),
    make("p", { class: "dq-instruction", dir: "auto" }, picture), make("p", { dir: "auto" }, unsure), score,
    make("ul", {}, ...words.map((line) => make("li", { dir: "auto" }, line))),
    dataTable(say(strings, "forecast_table"),
      ["col_band", "col_forecasts", "col_mean", "col_happened"].map((key) => say(strings, key)),
      bands.map((band) => [say(strings, "from_to", band), String(band.forecasts),
        band.forecasts ? say(strings, "per_cent", { n: Math.round(band.mean) }) : "–", String(band.happened)])),
    counts];
}

function paintCalibration(data, strings) {
  const language = document.documentElement.lang || "en";
  const mistakes = data.mistakes.map((one) => make("li", { dir: "auto" }, ...growInline(one.question), " ",
    make("span", { class: "dq-instruction" }, ...fill(strings, "mistake_place", { day: calendarDay(one.day, language), lesson: lessonNode(one.lesson, strings) }))));
  return [...certaintyPart(data, strings), ...forecastPart(data, strings),
    heading(say(strings, "mistakes_title"), 4),
    make("p", { dir: "auto" }, say(strings, mistakes.length ? "mistakes_about" : "mistakes_none")),
    mistakes.length ? make("ul", {}, ...mistakes) : null].filter(Boolean);
}

PANELS.calibration = (model, root) => fetched(model, root, paintCalibration);
