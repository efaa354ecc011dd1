#include "search/report/html.h"

#include <cstdio>

#include "core/error.h"

namespace mininas {
namespace {

// Colours are named once for light and once for dark mode; plots use the same names.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5b6570;--line:#d5dae0;--panel:#f5f7f9;
--kept:#0b6e4f;--rejected:#8a94a0;--final:#c2410c;--second:#1d4ed8;--third:#7e22ce;--limit:#b91c1c;--shade:11,110,79}
@media (prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e6eaee;--soft:#a3adb8;--line:#353c44;--panel:#1c2127;
--kept:#4ade9b;--rejected:#77828e;--final:#fb923c;--second:#7aa8ff;--third:#c99bff;--limit:#f87171;--shade:74,222,155}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:70rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.3rem 0 .3rem}p{margin:.5rem 0;max-width:50rem}.soft{color:var(--soft)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.7rem;white-space:pre-wrap}
.label{border:2px solid var(--limit);border-radius:6px;padding:.6rem .8rem;font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:1rem 0}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem}
.tile b{display:block;font-size:1.2rem;line-height:1.3;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:.85rem}
.facts{display:grid;grid-template-columns:minmax(7rem,12rem) 1fr;gap:.15rem .8rem;margin:.6rem 0}
.facts pre{margin:0}.facts dt{color:var(--soft)}.facts dd{margin:0}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(25rem,100%),1fr));gap:1.2rem}
figure{margin:0;min-width:0}figcaption{font-size:.85rem;color:var(--soft)}figure h3{margin:.2rem 0}
svg{display:block;width:100%;height:auto}svg text{fill:var(--ink);font:12.5px system-ui,sans-serif}svg .rows text{font-size:10.5px}
.key{display:inline-flex;align-items:center;gap:.3rem;margin-right:.9rem}.key svg{width:22px;height:12px;flex:none}
.scroll{overflow-x:auto;overflow-wrap:normal}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
.scroll th:first-child,.scroll td:first-child{position:sticky;left:0;background:var(--paper)}th{color:var(--soft);font-weight:600}
.dense{font-size:.8rem}.dense th,.dense td{padding:.2rem .35rem}.dense th{font-size:.74rem;vertical-align:bottom;white-space:normal}
a{color:var(--second)}.n{text-align:right}tr.total td{font-weight:600}
ol.path{list-style:none;margin:.4rem 0;padding:0}
ol.path li{border-left:4px solid var(--rejected);padding:.1rem 0 .1rem .7rem;margin:.35rem 0}
ol.path li.kept{border-color:var(--kept)}.kept b{color:var(--kept)}ol.path li span{color:var(--soft);font-size:.88rem;display:block}
.layer{display:grid;grid-template-columns:30rem 1fr;gap:0 1rem;align-items:center;font-size:.88rem;margin:.35rem 0}
.layer .soft{grid-column:1;font-size:.8rem}.layer .bar{grid-row:1/3;grid-column:2;display:flex;align-items:center;gap:.5rem}
.bar i{display:block;height:1rem;background:var(--soft);border-radius:2px;min-width:2px}.bar i.peak{background:var(--limit)}
.network{max-width:38rem;margin:.8rem 0}.rail{fill:none;stroke:var(--soft);stroke-width:1.2}.live{fill:var(--soft)}.live.peak{fill:var(--limit)}
.bar em{font-style:normal;white-space:nowrap;font-variant-numeric:tabular-nums}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:.8rem}
.pictures img{width:96px;height:auto;image-rendering:pixelated;border:1px solid var(--line);display:block}
@media (max-width:50rem){.layer{grid-template-columns:1fr}.layer .bar{grid-row:auto;grid-column:1}}
@media (max-width:34rem){
.dense th:first-child,.dense td:first-child{white-space:normal;overflow-wrap:normal;min-width:7rem;max-width:8rem}
body{padding:.7rem}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.4rem}h1{font-size:1.3rem}}
)";

}  // namespace

std::string escaped(const std::string& source) {
  std::string out;
  for (const char c : source) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string element(const std::string& tag, const std::string& content, const std::string& kind) {
  return text("<", tag, kind.empty() ? "" : " class=\"" + kind + "\"", ">", content, "</", tag, ">");
}

std::string html_page(const std::string& title, const std::string& body) {
  return text("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
              element("title", escaped(title)), "<style>", kStyle, "</style></head>\n<body>\n", body,
              "</body></html>\n");
}

std::string html_section(const std::string& heading, const std::string& content) {
  return text("<section>", element("h2", escaped(heading)), "\n", content, "</section>\n");
}

std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string rows;
  for (const auto& [name, value] : facts) rows += element("dt", escaped(name)) + element("dd", value) + "\n";
  return element("dl", rows, "facts");
}

std::string to_html(const HtmlTable& table) {
  const auto row = [&](const std::vector<std::string>& cells, const char* tag) {
    std::string out;
    for (size_t i = 0; i < cells.size(); ++i) out += element(tag, cells[i], i >= table.numbers_from ? "n" : "");
    return element("tr", out) + "\n";
  };
  std::string rows = row(table.header, "th");
  for (const auto& cells : table.rows) rows += row(cells, "td");
  return element("div", element("table", rows, table.dense ? "dense" : ""), "scroll");
}

std::string svg_number(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.1f", value);
  return digits;
}

std::string html_key(const std::string& drawing, const std::string& name) {
  return element("span", text("<svg viewBox=\"0 0 22 12\" aria-hidden=\"true\">", drawing, "</svg>", escaped(name)),
                 "key") +
         " ";
}

std::string html_picture(const std::string& encoded, int width, int height, const std::string& alternative) {
  return text("<img width=\"", width, "\" height=\"", height, "\" alt=\"", escaped(alternative),
              "\" src=\"data:image/bmp;base64,", encoded, "\">");
}

}  // namespace mininas
