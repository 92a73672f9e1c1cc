// Draws charts from what stands beside them as JSON: `<div data-chart="ID">` reads `<script type="application/json" id="ID">`.
// Colours come from the tokens, so that a chart follows the theme; a click on a point goes to its rows.
const drawn = new Map();
const probe = document.createElement("span");
probe.hidden = true;
const narrow = matchMedia("(max-width: 40rem)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

function colour(name) {
  probe.style.color = `var(--mn-${name})`; // the browser resolves light-dark() for us
  return getComputedStyle(probe).color;
}

function shaded(name, share) {
  return colour(name).replace(/^rgba?\(([^,]+),([^,]+),([^,)]+).*$/, `rgba($1,$2,$3,${share})`);
}

const group = (value, decimals = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replaceAll(",", "\u202f");
const units = {
  percent: (value) => `${group(value * 100, 1)} %`,
  axisPercent: (value) => `${group(value * 100)} %`,
  seconds: (value) => (value > 0 && value < 0.1 ? `${group(value * 1000, value < 0.01 ? 1 : 0)} ms` : value < 10 ? `${group(value, 1)} s` : value < 120 ? `${group(value)} s` : `${group(value / 60)} min`),
  money: (value, currency) => value.toLocaleString("en", { style: "currency", currency, maximumFractionDigits: value && value < 0.1 ? 3 : 2 }),
  count: (value) => group(value),
};

function told(chart, point) {
  if (point?.value === null || point?.value === undefined) return "nothing to grade";
  const text = units[chart.unit](point.value, chart.currency);
  const interval = point.low === undefined || point.low === null ? "" : `, ${units.percent(point.low)} to ${units.percent(point.high)}`;
  return `${text}${interval}${point.n === undefined ? "" : `, n = ${group(point.n)}`}`;
}

function base(chart) {
  const text = { color: colour("ink-2"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  return {
    animation: !still.matches,
    animationDuration: 300,
    textStyle: text,
    grid: { left: 8, right: 20, top: 34, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: text },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("surface"),
      borderColor: colour("line-strong"),
      textStyle: { ...text, color: colour("ink") },
    },
  };
}

const axisText = () => ({ color: colour("ink-2"), fontSize: 11 });
const splitLine = () => ({ lineStyle: { color: colour("line") } });

function categories(labels, more = {}) {
  return {
    type: "category",
    data: labels,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("line-strong") } },
    axisLabel: { ...axisText(), hideOverlap: true, ...more },
  };
}

function values(chart, more = {}) {
  const format = chart.unit === "percent" ? units.axisPercent : (value) => units[chart.unit](value, chart.currency);
  return { type: "value", splitNumber: 4, splitLine: splitLine(), axisLabel: { ...axisText(), formatter: format }, ...more };
}

function floor(chart) {
  const lows = chart.series.flatMap((one) => one.points.map((point) => point.low ?? point.value)).filter((low) => low !== null);
  return chart.unit === "percent" ? Math.max(0, Math.floor((Math.min(...lows) - 0.02) * 10) / 10) : 0;
}

// Lines over executions, each with the band of its interval, and a mark where the instructions changed.
function lines(chart) {
  const changed = chart.versions.flatMap((version, at) => (at && version !== chart.versions[at - 1] ? [{ xAxis: at, name: `v${version}` }] : []));
  const series = chart.series.flatMap((one, at) => {
    const line = {
      name: one.name,
      type: "line",
      data: one.points.map((point) => point.value),
      symbol: ["circle", "rect", "triangle"][at % 3],
      symbolSize: 7,
      lineStyle: { color: colour(one.color), width: 2, type: at ? "dashed" : "solid" },
      itemStyle: { color: colour(one.color) },
      z: 3,
    };
    if (!at && changed.length) {
      line.markLine = { silent: true, symbol: "none", data: changed, label: { formatter: "{b}", color: colour("ink-2") }, lineStyle: { color: colour("line-strong"), type: "dashed" } };
    }
    const bounded = one.points.some((point) => point.low !== undefined && point.low !== null);
    return bounded ? [line, band(one)] : [line];
  });
  return {
    ...base(chart),
    legend: { ...base(chart).legend, data: chart.series.map((one) => one.name) },
    xAxis: categories(chart.labels),
    yAxis: values(chart, { min: floor(chart), max: chart.unit === "percent" ? 1 : undefined }),
    tooltip: {
      ...base(chart).tooltip,
      trigger: "axis",
      formatter: (found) => {
        const at = found[0].dataIndex;
        return [`Execution ${chart.labels[at]}`, ...chart.series.map((one) => `${one.name}: ${told(chart, one.points[at])}`)].join("\n");
      },
    },
    series,
  };
}

function band(one, more = {}) {
  return {
    name: one.name,
    type: "custom",
    silent: true,
    z: 1,
    ...more,
    itemStyle: { color: colour(one.color) },
    data: one.points.map((point, at) => [at, point.low, point.high]),
    renderItem: (parameters, api) => {
      const at = parameters.dataIndex;
      const here = one.points[at];
      const next = one.points[at + 1];
      if (here.low === null || here.low === undefined) return undefined;
      const [x, low] = api.coord([at, here.low]);
      const high = api.coord([at, here.high])[1];
      const children = [{ type: "line", shape: { x1: x, y1: low, x2: x, y2: high }, style: { stroke: shaded(one.color, 0.55), lineWidth: 1.5 } }];
      if (next && next.low !== null) {
        const points = [[x, high], api.coord([at + 1, next.high]), api.coord([at + 1, next.low]), [x, low]];
        children.unshift({ type: "polygon", shape: { points }, style: { fill: shaded(one.color, 0.14) } });
      }
      return { type: "group", children };
    },
  };
}

// A small chart of lines for each series, all on one scale: which one differs is seen at a glance.
function panels(chart) {
  const across = acrossOf(chart);
  const grids = chart.series.map((_, at) => ({
    left: `${(100 / across) * (at % across)}%`,
    width: `${100 / across - 2}%`,
    top: Math.floor(at / across) * PANEL + 26,
    height: PANEL - 40,
    containLabel: true,
  }));
  const changed = chart.versions.flatMap((version, at) => (at && version !== chart.versions[at - 1] ? [{ xAxis: at }] : []));
  return {
    ...base(chart),
    legend: undefined,
    title: chart.series.map((one, at) => ({
      text: one.name,
      left: grids[at].left,
      top: grids[at].top - 24,
      textStyle: { color: colour("ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, fontWeight: 540, width: 220, overflow: "truncate" },
    })),
    grid: grids,
    xAxis: chart.series.map((_, at) => ({ ...categories(chart.labels), gridIndex: at })),
    yAxis: chart.series.map((_, at) => ({ ...values(chart, { min: floor(chart), max: 1, splitNumber: 2 }), gridIndex: at })),
    tooltip: {
      ...base(chart).tooltip,
      trigger: "axis",
      formatter: ([found]) => {
        const one = chart.series.find(({ name }) => name === found.seriesName);
        return `${one.name}\nExecution ${chart.labels[found.dataIndex]}\n${told(chart, one.points[found.dataIndex])}`;
      },
    },
    series: chart.series.flatMap((one, at) => {
      const place = { xAxisIndex: at, yAxisIndex: at };
      const line = {
        ...place,
        name: one.name,
        type: "line",
        data: one.points.map((point) => point.value),
        symbol: "circle",
        symbolSize: 6,
        lineStyle: { color: colour(one.color), width: 2 },
        itemStyle: { color: colour(one.color) },
        z: 3,
        markLine: { silent: true, symbol: "none", data: changed, label: { show: false }, lineStyle: { color: colour("line-strong"), type: "dashed" } },
      };
      return [line, band(one, place)];
    }),
  };
}

const PANEL = 150;
const acrossOf = (chart) => (narrow.matches ? 1 : Math.min(3, chart.series.length));

// One bar for each name, with its interval over it.
function bars(chart) {
  const points = chart.points;
  const whiskers = {
    type: "custom",
    silent: true,
    z: 3,
    data: points.map((point, at) => [at, point.low, point.high]),
    renderItem: (parameters, api) => {
      const point = points[parameters.dataIndex];
      if (point.low === null || point.low === undefined) return undefined;
      const [x1, y] = api.coord([point.low, parameters.dataIndex]);
      const [x2] = api.coord([point.high, parameters.dataIndex]);
      const style = { stroke: colour("ink"), lineWidth: 1.5 };
      const line = (a, b, c, d) => ({ type: "line", shape: { x1: a, y1: b, x2: c, y2: d }, style });
      return { type: "group", children: [line(x1, y, x2, y), line(x1, y - 4, x1, y + 4), line(x2, y - 4, x2, y + 4)] };
    },
  };
  return {
    ...base(chart),
    legend: undefined,
    grid: { ...base(chart).grid, top: 8 },
    xAxis: values(chart, { max: chart.unit === "percent" ? 1 : undefined, interval: chart.unit === "percent" ? 0.2 : undefined, minInterval: chart.unit === "count" ? 1 : undefined }),
    yAxis: { ...categories(chart.labels, { width: narrow.matches ? 100 : 180, overflow: "truncate", hideOverlap: false }), inverse: true },
    tooltip: { ...base(chart).tooltip, formatter: (found) => `${chart.labels[found.dataIndex]}\n${told(chart, points[found.dataIndex])}` },
    series: [
      { type: "bar", data: points.map((point) => point.value), barMaxWidth: 16, itemStyle: { color: shaded(chart.color, 0.75), borderRadius: 2 } },
      whiskers,
    ],
  };
}

// Shares of what each bar counts: its own denominator is told in the tooltip.
function stack(chart) {
  const totals = chart.labels.map((_, at) => chart.series.reduce((sum, one) => sum + one.values[at], 0));
  return {
    ...base(chart),
    xAxis: { ...values({ unit: "percent" }), max: 1, interval: 0.2 },
    yAxis: { ...categories(chart.labels, { width: narrow.matches ? 90 : 160, overflow: "truncate", hideOverlap: false }), inverse: true },
    grid: { ...base(chart).grid, top: narrow.matches ? 58 : 34 },
    tooltip: {
      ...base(chart).tooltip,
      formatter: (found) => {
        const count = chart.series[found.seriesIndex].values[found.dataIndex];
        const total = totals[found.dataIndex];
        return `${chart.labels[found.dataIndex]}\n${found.seriesName}: ${group(count)} of ${group(total)}, ${units.percent(total ? count / total : 0)}`;
      },
    },
    series: chart.series.map((one) => ({
      name: one.name,
      type: "bar",
      stack: "all",
      barMaxWidth: 18,
      data: one.values.map((count, at) => (totals[at] ? count / totals[at] : 0)),
      itemStyle: { color: colour(one.color === "line" ? "line-strong" : one.color), borderColor: colour("surface"), borderWidth: 0.5 },
    })),
  };
}

function columns(chart) {
  return {
    ...base(chart),
    legend: undefined,
    grid: { ...base(chart).grid, top: 8 },
    xAxis: categories(chart.labels),
    yAxis: values(chart, { minInterval: chart.unit === "count" ? 1 : undefined }),
    tooltip: { ...base(chart).tooltip, formatter: (found) => `${chart.labels[found.dataIndex]}\n${units[chart.unit](found.value, chart.currency)}` },
    series: chart.series.map((one) => ({ name: one.name, type: "bar", data: one.values, barMaxWidth: 28, itemStyle: { color: shaded(one.color, 0.8), borderRadius: 2 } })),
  };
}

const kinds = { lines, panels, bars, stack, columns };

function height(chart) {
  if (chart.kind === "panels") return Math.ceil(chart.series.length / acrossOf(chart)) * PANEL;
  const bands = chart.kind === "bars" || chart.kind === "stack" ? chart.labels.length : 0;
  return bands ? Math.max(120, 64 + bands * 26 + (chart.kind === "stack" && narrow.matches ? 24 : 0)) : 260;
}

function draw(element) {
  const source = document.getElementById(element.dataset.chart);
  if (!source) return;
  const chart = JSON.parse(source.textContent);
  element.style.height = `${height(chart)}px`;
  const shown = drawn.get(element)?.shown ?? window.echarts.init(element, null, { renderer: "canvas" });
  if (!drawn.has(element)) {
    shown.on("click", (found) => {
      const links = chart.series?.find(({ name }) => name === found.seriesName)?.links ?? chart.links;
      const link = links?.[found.dataIndex];
      if (link) location.assign(link);
    });
    observer.observe(element);
  }
  drawn.set(element, { shown });
  shown.setOption(kinds[chart.kind](chart), true);
  element.dataset.drawn = "";
}

const observer = new ResizeObserver((changes) => {
  for (const change of changes) drawn.get(change.target)?.shown.resize();
});

function drawAll() {
  if (!window.echarts) return;
  if (!probe.isConnected) document.body.append(probe);
  for (const element of document.querySelectorAll("[data-chart]")) draw(element);
}

addEventListener("mino:theme", drawAll);
narrow.addEventListener("change", drawAll);
drawAll();
