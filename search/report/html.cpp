#include "search/report/html.h"

#include <cctype>
#include <cstdio>

#include "core/error.h"

namespace mininas {
namespace {

// Colours are named once, for light and for dark; pictures of the plots use the same names. They differ in lightness as
// well as in hue (blue, orange, black or white, violet), so that they can be told apart on grey paper and by people who
// do not see red and green; text in them has a contrast of 4.5 or more.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#525c67;--line:#d5dae0;--panel:#f5f7f9;
--kept:#0b5cad;--rejected:#68727d;--final:#b04600;--second:#1b1f24;--third:#a765bf;--limit:#b91c1c;--shade:11,92,173}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e6eaee;--soft:#a3adb8;--line:#353c44;--panel:#1c2127;
--kept:#7ab6ff;--rejected:#8b96a2;--final:#ffa657;--second:#e6eaee;--third:#c297ff;--limit:#ff7b72;--shade:122,168,255}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:70rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.3rem 0 .3rem}p{margin:.5rem 0;max-width:50rem}.soft{color:var(--soft)}.verdict{font-size:1.1rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.7rem;white-space:pre-wrap}
.label{border:2px solid var(--limit);border-radius:6px;padding:.6rem .8rem;font-weight:600}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.8rem 0;padding:0}
a{color:var(--kept)}:focus-visible{outline:3px solid var(--final);outline-offset:2px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:1rem 0}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem}
.tile b{display:block;font-size:1.2rem;line-height:1.3;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:.85rem}
.facts{display:grid;grid-template-columns:minmax(7rem,12rem) 1fr;gap:.15rem .8rem;margin:.6rem 0}
.facts pre{margin:0}.facts dt{color:var(--soft)}.facts dd{margin:0}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(25rem,100%),1fr));gap:1.2rem}
figure{margin:0;min-width:0}figcaption{font-size:.85rem;color:var(--soft)}figure h3{margin:.2rem 0}
svg{display:block;width:100%;height:auto}svg text{fill:var(--ink);font:12.5px system-ui,sans-serif}
svg .rows text{font-size:10.5px}svg .names text{font-size:9px;fill:var(--soft)}
.key{display:inline-flex;align-items:center;gap:.3rem;margin-right:.9rem}.key svg{width:22px;height:12px;flex:none}
.scroll{overflow-x:auto;overflow-wrap:normal}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
.scroll th:first-child,.scroll td:first-child{position:sticky;left:0;background:var(--paper)}th{color:var(--soft);font-weight:600}
.dense{font-size:.8rem}.dense th,.dense td{padding:.2rem .35rem}.dense th{font-size:.74rem;vertical-align:bottom;white-space:normal}
.n{text-align:right}
.sort{border:0;margin:.6rem 0 .2rem;padding:0;display:flex;flex-wrap:wrap;gap:.2rem .9rem}.sort legend{float:left;margin-right:.9rem;color:var(--soft)}
.sorted tbody{display:flex;flex-direction:column}.sorted tr{display:grid}.sorted th,.sorted td{overflow-wrap:anywhere;white-space:normal}
ol.path{list-style:none;margin:.4rem 0;padding:0}
ol.path li{border-left:4px solid var(--line);padding:.1rem 0 .1rem .7rem;margin:.35rem 0}
ol.path li.kept{border-left:6px double var(--kept);padding-left:.58rem}.kept b{color:var(--kept)}ol.path li span{color:var(--soft);font-size:.88rem;display:block}
.layer{display:grid;grid-template-columns:30rem 1fr;gap:0 1rem;align-items:center;font-size:.88rem;margin:.35rem 0}
.layer .soft{grid-column:1;font-size:.8rem}.layer .bar{grid-row:1/3;grid-column:2;display:flex;align-items:center;gap:.5rem}
.bar i{display:block;height:1rem;background:var(--rejected);border-radius:2px;min-width:2px}.bar i.peak{background:var(--limit)}
.network{max-width:38rem;margin:.8rem 0}.rail{fill:none;stroke:var(--soft);stroke-width:1.2}.live{fill:var(--rejected)}.live.peak{fill:var(--limit)}
.box{stroke:var(--paper);stroke-width:.8}
.bar em{font-style:normal;white-space:nowrap;font-variant-numeric:tabular-nums}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr));gap:.8rem}
.pictures img{width:96px;height:auto;image-rendering:pixelated;border:1px solid var(--line);display:block}
@media (max-width:50rem){.layer{grid-template-columns:1fr}.layer .bar{grid-row:auto;grid-column:1}}
@media (max-width:34rem){
.dense th:first-child,.dense td:first-child{white-space:normal;overflow-wrap:normal;min-width:7rem;max-width:8rem}
body{padding:.7rem}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.4rem}h1{font-size:1.3rem}}
@page{size:A4;margin:12mm}@page across{size:A4 landscape}
@media print{body{font-size:9pt;line-height:1.35;max-width:none;padding:0}nav,.sort{display:none}
h1{font-size:14pt}h2{font-size:11.5pt;margin:1rem 0 .3rem}h3{font-size:9.5pt;margin:.5rem 0 .1rem}h2,h3{break-after:avoid}
figure,.tile,.layer,ol.path li,tr{break-inside:avoid}.scroll{overflow:visible}.verdict{font-size:10pt}
figcaption{font-size:7pt}.key{gap:.15rem;margin-right:.4rem}.key svg{width:16px;height:9px}
.tiles{grid-template-columns:repeat(5,1fr);gap:.3rem}.plots{grid-template-columns:repeat(3,1fr);gap:.5rem}
table,.dense{font-size:7.5pt}th,td,.dense th,.dense td{padding:.1rem .25rem}.dense th{font-size:7pt}.across{page:across}
ol.path{columns:2;column-gap:1.2rem;font-size:7.5pt}ol.path li{margin:.15rem 0}ol.path li span{font-size:7pt}
.layer{font-size:7.5pt;margin:.1rem 0;grid-template-columns:11cm 1fr}.layer .bar{grid-row:1/3;grid-column:2}.bar i{height:.6rem}.layer .soft{font-size:7pt}.network{max-width:11cm}
.pictures{grid-template-columns:repeat(8,1fr);gap:.3rem;font-size:7pt}.pictures img{width:100%}}
)";

// "confusion-matrix" for "Confusion matrix"
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!anchor.empty() && anchor.back() != '-')
      anchor += '-';
  }
  return anchor;
}

std::string contents(const std::vector<HtmlSection>& sections) {
  std::string items;
  for (const HtmlSection& section : sections)
    if (!section.content.empty())
      items += text("<li><a href=\"#", anchor_of(section.heading), "\">", escaped(section.heading), "</a></li>\n");
  return items.empty() ? "" : text("<nav aria-label=\"Contents\"><ul>\n", items, "</ul></nav>\n");
}

std::string to_html(const HtmlSection& section) {
  const std::string anchor = anchor_of(section.heading);
  return text("<section aria-labelledby=\"", anchor, "\"><h2 id=\"", anchor, "\">", escaped(section.heading), "</h2>\n",
              section.content, "</section>\n");
}

// `more` are further attributes of the row.
std::string table_row(const std::vector<std::string>& cells, const std::string& opening, const std::string& closing,
                      size_t numbers_from, const std::string& more = "") {
  std::string out;
  for (size_t i = 0; i < cells.size(); ++i)
    out += text("<", opening, i >= numbers_from ? " class=\"n\"" : "", ">", cells[i], "</", closing, ">");
  return text("<tr", more, ">", out, "</tr>\n");
}

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

std::string html_page(const std::string& title, const std::string& opening, const std::vector<HtmlSection>& sections) {
  std::string body = opening + contents(sections);
  for (const HtmlSection& section : sections)
    if (!section.content.empty()) body += to_html(section);
  return text("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
              element("title", escaped(title)), "<style>", kStyle, "</style></head>\n<body><main>\n", body,
              "</main></body></html>\n");
}

std::string html_scroll(const std::string& content, const std::string& label) {
  return text("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", escaped(label), "\">", content,
              "</div>\n");
}

std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string rows;
  for (const auto& [name, value] : facts) rows += element("dt", escaped(name)) + element("dd", value) + "\n";
  return element("dl", rows, "facts");
}

std::string to_html(const HtmlTable& table) {
  std::string rows = table_row(table.header, "th scope=\"col\"", "th", table.numbers_from);
  for (const auto& cells : table.rows) rows += table_row(cells, "td", "td", table.numbers_from);
  const std::string scroll = html_scroll(element("table", rows, table.dense ? "dense" : ""), table.label);
  return table.dense ? element("div", scroll, "across") : scroll;
}

std::string to_html(const SortedTable& sorted) {
  // Rows of a table with a grid layout need explicit roles for screen readers.
  std::string buttons, rules, columns;
  for (const double width : sorted.widths) columns += text(columns.empty() ? "" : " ", width, "ch");
  for (size_t i = 0; i < sorted.orders.size(); ++i) {
    const std::string id = text("by", i);
    buttons += text("<label><input type=\"radio\" name=\"by\" id=\"", id, "\"", i == 0 ? " checked" : "", "> ",
                    escaped(sorted.orders[i].name), "</label>\n");
    if (i > 0) rules += text(".sortable:has(#", id, ":checked) tbody tr{order:var(--", id, ")}");
  }
  const HtmlTable& table = sorted.table;
  const std::string row = " role=\"row\"";
  std::string body;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    std::string places;
    for (size_t i = 1; i < sorted.orders.size(); ++i) places += text("--by", i, ":", sorted.orders[i].places[r], ";");
    body +=
        table_row(table.rows[r], "td role=\"cell\"", "td", table.numbers_from, text(row, " style=\"", places, "\""));
  }
  const std::string head =
      table_row(table.header, "th role=\"columnheader\" scope=\"col\"", "th", table.numbers_from, row);
  return text("<div class=\"sortable\"><style>", rules, ".sorted tr{grid-template-columns:", columns, "}</style>\n",
              "<fieldset class=\"sort\"><legend>Sort by</legend>\n", buttons, "</fieldset>\n",
              html_scroll(text("<table role=\"table\" class=\"sorted\"><thead role=\"rowgroup\">", head,
                               "</thead>\n<tbody role=\"rowgroup\">", body, "</tbody></table>"),
                          table.label),
              "</div>\n");
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
