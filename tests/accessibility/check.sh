#!/usr/bin/env bash
# Checks pages with axe-core in headless Chromium, in light and dark, wide and narrow, and counts their pages on paper.
#   tests/accessibility/check.sh PAGE...      (make accessibility)
# axe-core comes from npm into build/accessibility. Exit status 1: axe found a violation, or a page could not be
# checked. Where Chromium or axe-core is not to be had, says so and is exit status 0. KEEP=DIR keeps screenshots there.
set -euo pipefail
work=build/accessibility
mkdir -p "$work"
skip() { echo "accessibility: SKIPPED, $1"; exit 0; }

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$browser" ] || skip "Chromium is not installed (apt-get install chromium)"
axe=$work/node_modules/axe-core/axe.min.js
if [ ! -f "$axe" ]; then
  command -v npm > /dev/null || skip "npm is not installed, which brings axe-core"
  npm install --prefix "$work" --no-fund --no-audit --silent axe-core@4 > "$work/npm.log" 2>&1 || true
  [ -f "$axe" ] || skip "npm could not install axe-core ($work/npm.log)"
fi

# chromium SCHEME ARGUMENT...    SCHEME: 0 dark, 1 light
chromium() {
  local scheme=$1
  shift
  timeout 300 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
    --blink-settings=preferredColorScheme="$scheme" --user-data-dir="$work/profile" "$@" 2> "$work/chromium.log"
}

# A page that holds PAGE in a frame of that width, and what axe says of it as its title.
checked_page() {
  cat << END
<!doctype html><html lang="en"><title>not checked</title><body style="margin:0">
<iframe id="page" style="border:0;width:$2px;height:20000px" src="file://$(realpath "$1")"></iframe>
<script>
const frame = document.getElementById('page');
frame.onload = () => {
  const script = frame.contentDocument.createElement('script');
  script.src = 'file://$(realpath "$axe")';
  script.onload = () => frame.contentWindow.axe.run(frame.contentDocument, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']
  }).then(found => {
    const lines = found.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + v.help + ': ' + n.target.join(' ') + ' | ' + n.html.slice(0, 160)));
    const wide = frame.contentDocument.documentElement.scrollWidth - $2;
    if (wide > 0) lines.push('the page is ' + wide + ' pixels wider than the window');
    document.body.innerHTML = '<pre id="found">' + found.passes.length + ' rules passed\n' + lines.length + ' violations\n' +
      lines.map(l => l.replace(/&/g, '&amp;').replace(/</g, '&lt;')).join('\n') + '</pre>';
    document.title = 'checked';
  });
  frame.contentDocument.body.appendChild(script);
};
</script></body></html>
END
}

failed=0
for page in "$@"; do
  [ -f "$page" ] || { echo "$page: no such page"; exit 1; }
  for width in 1400 390; do
    for scheme in 1 0; do
      name="$page, $width pixels, $([ $scheme = 1 ] && echo light || echo dark)"
      checked_page "$page" $width > "$work/frame.html"
      chromium $scheme --window-size=1400,2000 --virtual-time-budget=60000 --dump-dom "file://$(realpath "$work/frame.html")" > "$work/found.html" || true
      found=$(sed -n '/<pre id="found">/,/<\/pre>/p' "$work/found.html" | sed 's/.*<pre id="found">//; s/<[^>]*>//g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g')
      if [ -z "$found" ]; then
        echo "$name: NOT CHECKED ($work/chromium.log)"
        failed=1
      elif grep -q '^0 violations' <<< "$found"; then
        echo "$name: $(head -1 <<< "$found"), 0 violations"
      else
        echo "$name:"
        sed 's/^/    /' <<< "$found"
        failed=1
      fi
      if [ -n "${KEEP:-}" ]; then
        mkdir -p "$KEEP"
        printf '<!doctype html><html><body style="margin:0"><iframe style="border:0;width:%spx;height:%spx" src="file://%s"></iframe>' \
          $width "${HEIGHT:-6000}" "$(realpath "$page")" > "$work/shot.html"
        chromium $scheme --window-size=$width,"${HEIGHT:-6000}" --screenshot="$(realpath "$KEEP")/$(basename "$(dirname "$page")")-$width-$scheme.png" \
          "file://$(realpath "$work/shot.html")" > /dev/null || true
      fi
    done
  done
  chromium 1 --no-pdf-header-footer --print-to-pdf="$work/page.pdf" "file://$(realpath "$page")" > /dev/null || true
  echo "$page: $(grep -ac '/Type */Page\b' "$work/page.pdf" 2> /dev/null || echo no) pages on paper"
  [ -z "${KEEP:-}" ] || cp "$work/page.pdf" "$KEEP/$(basename "$(dirname "$page")").pdf"
done
exit $failed
