// Charts by ECharts: <div data-chart="throughput" data-source="id of a json_script" role="img" aria-label="...">.
// Colours are read from the tokens through a probe, because light-dark() is resolved only where it is used.

function colour(token, alpha = 1) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--mn-${token})`;
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g);
  probe.remove();
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

const text = () => ({ color: colour("ink-3"), fontFamily: "Inter Variable", fontSize: 11 });

const axis = () => ({
  axisLine: { lineStyle: { color: colour("line-strong") } },
  axisTick: { show: false },
  axisLabel: text(),
  splitLine: { lineStyle: { color: colour("line") } },
});

// Rich text, since tooltips of HTML need style attributes, which the content policy forbids.
const tooltip = () => ({
  trigger: "axis",
  renderMode: "richText",
  backgroundColor: colour("surface"),
  borderColor: colour("line-strong"),
  textStyle: { ...text(), color: colour("ink"), fontSize: 12 },
});

function throughput({ labels, done, limit, unit }) {
  const ceiling = {
    symbol: "none",
    silent: true,
    lineStyle: { color: colour("ink-3"), type: "dashed" },
    label: { show: false },
  };
  return {
    animation: false,
    grid: { left: 30, right: 8, top: 10, bottom: 20 },
    tooltip: tooltip(),
    xAxis: { type: "category", data: labels, ...axis(), splitLine: { show: false } },
    yAxis: { type: "value", minInterval: 1, splitNumber: 2, ...axis(), axisLine: { show: false } },
    series: [
      {
        name: unit ?? "jobs a minute",
        type: "bar",
        data: done,
        barCategoryGap: "28%",
        itemStyle: { color: colour("accent", 0.8), borderRadius: [2, 2, 0, 0] },
        markLine: limit ? { ...ceiling, data: [{ yAxis: limit }] } : undefined,
      },
    ],
  };
}

const kinds = { throughput };

function draw() {
  for (const node of document.querySelectorAll("[data-chart]")) {
    const source = document.getElementById(node.dataset.source);
    if (!source) continue;
    const chart = window.echarts.getInstanceByDom(node) ?? window.echarts.init(node);
    chart.setOption(kinds[node.dataset.chart](JSON.parse(source.textContent)), true);
    chart.resize();
  }
}

document.fonts.ready.then(draw);
addEventListener("resize", draw);
addEventListener("mino:theme", draw);
document.addEventListener("htmx:afterSettle", draw);
