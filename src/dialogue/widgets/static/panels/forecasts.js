// Every forecast that was given, with what came where that may be told.

function paintForecasts({ forecasts }, strings) {
  if (!forecasts.length) return [make("p", { dir: "auto" }, say(strings, "my_forecasts_none"))];
  const language = document.documentElement.lang || "en";
  const came = (one) => {
    if (one.came) return [say(strings, one.came)];
    if (one.opens) return fill(strings, "forecast_told", { lesson: lessonNode(one.opens, strings) });
    return [say(strings, "unresolved", { date: day(one.resolves, language) })];
  };
  return [dataTable(say(strings, "my_forecasts"),
    ["col_forecast", "col_said", "col_came"].map((key) => say(strings, key)),
    forecasts.map((one) => [make("span", { dir: "auto" }, ...growInline(one.question)),
      say(strings, "per_cent", { n: one.chance }), make("span", { dir: "auto" }, ...came(one))]))];
}

PANELS.my_forecasts = (model, root) => fetched(model, root, paintForecasts);
