# Draws the points of `./dev curves` as an SVG: a panel a curve, nanoseconds over a logarithm of the size.
function log10(x) { return log(x) / log(10) }
function nice(x,   p) { p = 10 ^ int(log10(x)); if (p > x) p /= 10; return x <= p ? p : x <= 2 * p ? 2 * p : x <= 5 * p ? 5 * p : 10 * p }
function short(x) { return x >= 1000000 ? x / 1000000 "M" : x >= 1000 ? x / 1000 "k" : x "" }
function number(x) { return x >= 100 ? sprintf("%.0f", x) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.2f", x) }
function text(x, y, anchor, size, words) {
  return sprintf("<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", x, y, anchor, size, words)
}
BEGIN {
  curves = split("call_idle send_queued restart_siblings call_waiting scan_waiting", order, " ")
  title["call_idle"] = "a call"; of["call_idle"] = "idle servers beside"
  title["send_queued"] = "a message sent and looked at"; of["send_queued"] = "waiting at the receiver"
  title["restart_siblings"] = "kill, restart and call"; of["restart_siblings"] = "siblings"
  title["call_waiting"] = "a call, own mailbox full"; of["call_waiting"] = "waiting at the caller"
  title["scan_waiting"] = "a receive that scans, each message"; of["scan_waiting"] = "waiting before the one it wants"
}
{
  split($0, part, "\""); split(part[8], point, "/"); name = point[1]
  rate = $0; sub(/.*"per_sec":/, "", rate); rate += 0
  ns = 1e9 / rate; if (name == "scan_waiting") ns /= point[2]
  at[name, ++count[name]] = point[2] + 0; cost[name, count[name]] = ns
}
END {
  for (c = 1; c <= curves; c++) {
    name = order[c]; said = said title[name] ": "
    for (i = 2; i <= count[name]; i++) for (j = i; j > 1 && at[name, j - 1] > at[name, j]; j--) {
      swap = at[name, j]; at[name, j] = at[name, j - 1]; at[name, j - 1] = swap
      swap = cost[name, j]; cost[name, j] = cost[name, j - 1]; cost[name, j - 1] = swap
    }
    for (i = 1; i <= count[name]; i++) said = said number(cost[name, i]) " ns with " short(at[name, i]) " " of[name] (i < count[name] ? ", " : ". ")
  }
  print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 560\" role=\"img\" aria-labelledby=\"title about\" font-family=\"system-ui, sans-serif\" fill=\"#1f2328\">"
  print "<title id=\"title\">What an operation costs, by what else is there</title>"
  print "<desc id=\"about\">" said where "</desc>"
  print "<rect width=\"960\" height=\"560\" fill=\"#ffffff\"/>"
  for (c = 1; c <= curves; c++) {
    name = order[c]; left = 56 + (c - 1) % 3 * 312; top = 44 + int((c - 1) / 3) * 262; wide = 236; high = 168
    most = 0; for (i = 1; i <= count[name]; i++) if (cost[name, i] > most) most = cost[name, i]
    most = nice(most * 1.05); first = log10(at[name, 1]); last = log10(at[name, count[name]])
    printf "<g>%s", text(left, top - 16, "start", 14, "<tspan font-weight=\"600\">" title[name] "</tspan>, ns")
    for (k = 0; k <= 2; k++) {
      y = top + high * (1 - k / 2)
      printf "<path d=\"M%d %.1fh%d\" stroke=\"#d0d7de\"/>%s", left, y, wide, text(left - 6, y + 4, "end", 12, most * k / 2)
    }
    path = ""; dots = ""
    for (i = 1; i <= count[name]; i++) {
      x = left + 10 + (wide - 30) * (log10(at[name, i]) - first) / (last > first ? last - first : 1); y = top + high * (1 - cost[name, i] / most)
      path = path (i == 1 ? "M" : "L") sprintf("%.1f %.1f", x, y)
      dots = dots sprintf("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#0b5cad\"/>", x, y) text(x, y - 9, "middle", 12, number(cost[name, i])) text(x, top + high + 18, "middle", 12, short(at[name, i]))
    }
    printf "<path d=\"%s\" fill=\"none\" stroke=\"#0b5cad\" stroke-width=\"2\"/>%s%s</g>\n", path, dots, text(left + wide / 2, top + high + 38, "middle", 12, of[name])
  }
  left = 56 + 2 * 312; top = 44 + 262
  printf "%s%s%s%s</svg>\n", text(left, top + 20, "start", 13, "Native, one thread, best rounds."), text(left, top + 42, "start", 12, where), text(left, top + 64, "start", 12, "Scales begin at 0; sizes are"), text(left, top + 80, "start", 12, "logarithmic. Drawn by ./dev curves.")
}
