/// How the page looks: in the light and the dark, on wide and narrow screens, on paper.
enum Stylesheet {
  static let text = [base, tables, figures, pictures, surroundings].joined()

  private static let base = """
    :root{color-scheme:light dark;--bg:#f7f8fa;--surface:#fff;--ink:#16191d;--muted:#535b66;--line:#d6dae0;--soft:#eceff3;\
    --accent:#0a55a3;--good:#0a6b3d;--bad:#a8321a;--warn:#fff4d6;--warn-line:#c69214;--heat:0 92 175;--cold:190 84 0;\
    --s0:#0067b1;--s1:#b94a00;--s2:#007a55;--s3:#a03c84;--s4:#7a5f00;--s5:#30363d;--s6:#00769a;--s7:#8d2f2f}
    @media (prefers-color-scheme:dark){:root{--bg:#0e1115;--surface:#161a20;--ink:#e9ecf0;--muted:#a5aebb;--line:#2f3641;\
    --soft:#1f252d;--accent:#82bbff;--good:#5fd39a;--bad:#ff9a80;--warn:#2c2512;--warn-line:#c69214;--heat:70 150 235;\
    --cold:235 130 40;--s0:#62b4f5;--s1:#f59a5b;--s2:#3fd0a0;--s3:#e79ad0;--s4:#e8d24a;--s5:#d8dde3;--s6:#59d3ee;--s7:#f29090}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",\
    sans-serif;overflow-wrap:break-word}
    header.page,main,footer.page{max-width:76rem;margin:0 auto;padding:0 1.25rem}
    header.page{padding-top:2.5rem}
    footer.page{padding:2rem 1.25rem 3rem;color:var(--muted);font-size:.875rem}
    .kind{margin:0;color:var(--muted);font-size:.8125rem;letter-spacing:.08em;text-transform:uppercase}
    h1{margin:.15rem 0 1rem;font-size:clamp(1.6rem,4.5vw,2.4rem);line-height:1.15;letter-spacing:-.015em;text-wrap:balance}
    h2{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em}
    h2.part{margin-top:3rem;padding-top:1.5rem;border-top:3px solid var(--accent)}
    h3{margin:0 0 .35rem;font-size:1.0625rem;line-height:1.3}
    section{margin:3rem 0;scroll-margin-top:1rem}
    p{margin:.4rem 0 .8rem}
    a{color:var(--accent);text-underline-offset:.15em}
    code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
    .skip{position:absolute;left:-999rem;top:.5rem;background:var(--surface);color:var(--accent);padding:.6rem 1rem;z-index:9}
    .skip:focus{left:.5rem}
    .heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .legend{color:var(--muted);font-size:.9375rem;max-width:50rem}
    .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.9rem 2rem;margin:0;padding:1.1rem 1.25rem;\
    background:var(--surface);border:1px solid var(--line);border-radius:10px}
    .facts dt{color:var(--muted);font-size:.8125rem}
    .facts dd{margin:0;overflow-wrap:anywhere}
    .notes{margin:1rem 0;padding:.7rem 1rem .7rem 2rem;background:var(--warn);border:1px solid var(--warn-line);\
    border-left-width:5px;border-radius:6px}
    nav.sections{margin:1.25rem 0}
    nav.sections ul{display:flex;flex-wrap:wrap;gap:.5rem;margin:0;padding:0;list-style:none}
    nav.sections a{display:block;padding:.35rem .85rem;background:var(--surface);border:1px solid var(--line);border-radius:99px;\
    text-decoration:none;font-size:.9375rem}
    nav.sections a:hover{border-color:var(--accent)}

    """

  private static let tables = """
    .scroll{position:relative;overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:10px;margin:0 0 1.25rem}
    table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums}
    caption{padding:.8rem 1rem .55rem;text-align:left;color:var(--muted);font-size:.875rem;text-wrap:pretty}
    caption b{color:var(--ink);font-size:1.0625rem;margin-right:.35rem}
    th,td{padding:.5rem .8rem;text-align:right;border-top:1px solid var(--line);white-space:nowrap;vertical-align:top}
    thead th{color:var(--muted);font-weight:600;font-size:.8125rem;vertical-align:bottom;border-top:0;border-bottom:2px solid var(--line)}
    th[scope=row],thead tr:first-child th:first-child{text-align:left;position:sticky;left:0;background:var(--surface);z-index:1}
    th[scope=row]{font-weight:600;white-space:normal;min-width:9rem;max-width:17rem}
    tbody tr:hover>*{background:var(--soft)}
    th small,td small{display:block;color:var(--muted);font-weight:400;font-size:.8125rem}
    td .none,td.none{color:var(--muted)}
    th.bar,td.bar{min-width:9rem;text-align:left}
    td.prose,th.prose{text-align:left;white-space:normal;min-width:18rem}
    th button{all:unset;cursor:pointer;display:inline-block;text-align:inherit}
    th button:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:3px}
    .sort::after{content:" ↕";opacity:.6}
    th[aria-sort=ascending] .sort::after{content:" ▴";opacity:1}
    th[aria-sort=descending] .sort::after{content:" ▾";opacity:1}
    .arrow{font-weight:700;color:var(--ink)}
    .unit{font-weight:400}
    .rank{display:inline-block;min-width:1.45rem;margin-left:.45rem;padding:0 .3rem;border:1px solid var(--line);border-radius:99px;\
    text-align:center;font-size:.75rem;line-height:1.35rem;color:var(--muted)}
    .rank.r1{background:var(--accent);border-color:var(--accent);color:var(--surface);font-weight:700}
    .rank.r2{border-color:var(--accent);color:var(--accent);font-weight:700}
    .verdict.better{color:var(--good)}
    .verdict.worse{color:var(--bad)}
    .verdict.different{color:var(--accent)}
    .flat{color:var(--bad)!important}
    .metrics{display:grid;grid-template-columns:minmax(0,1fr);gap:.25rem}
    .matrices{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:0 1.25rem}
    .matrices.wide{grid-template-columns:minmax(0,1fr)}
    table.matrix td{text-align:center;padding:.5rem .35rem;border-left:1px solid var(--surface)}
    table.matrix thead th{text-align:center}
    table.matrix thead tr:first-child th:first-child{text-align:left}
    .index{display:inline-block;min-width:1.2em;color:var(--muted);font-weight:400}
    td.same{color:var(--muted)}
    \((0...10).map { "td.h\($0){background:rgb(var(--heat)/\(Double($0 * 5) / 100))}" }.joined())
    \((1...10).map { "td.n\($0){background:rgb(var(--cold)/\(Double($0 * 5) / 100))}" }.joined())

    """

  private static let figures = """
    figure{margin:0 0 1.25rem;padding:1rem;background:var(--surface);border:1px solid var(--line);border-radius:10px;min-width:0}
    figure .scroll{border:0;border-radius:0;margin:0}
    figcaption{color:var(--muted);font-size:.875rem;margin-bottom:.6rem}
    figcaption b{color:var(--ink);font-size:1.0625rem;margin-right:.35rem}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:0 1.25rem}
    .headcharts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,35rem),1fr));gap:0 1.25rem}
    .headcharts.wide{grid-template-columns:minmax(0,1fr)}
    svg{display:block;max-width:none}
    svg.chart{width:100%;height:auto}
    svg text{fill:var(--muted);font-size:13px;font-family:inherit;font-variant-numeric:tabular-nums}
    svg text.title{fill:var(--ink);font-weight:600;font-size:14px}
    svg text.sign{fill:var(--ink);font-weight:700}
    .grid{stroke:var(--line);stroke-width:1}
    .reference{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:3 2}
    .guide{stroke:var(--ink);stroke-width:1;visibility:hidden}
    .line{fill:none;stroke-width:2.4;stroke-linejoin:round}
    .band{opacity:.14}.many .band{opacity:.055}
    svg text.end{font-weight:700}
    \((0...7).map { ".line.s\($0){stroke:var(--s\($0))}.band.s\($0),svg text.end.s\($0){fill:var(--s\($0))}" }.joined())
    .d1{stroke-dasharray:9 4}.d2{stroke-dasharray:2 4}.d3{stroke-dasharray:10 4 2 4}.d4{stroke-dasharray:5 3}\
    .d5{stroke-dasharray:14 3 2 3 2 3}.d6{stroke-dasharray:16 6}
    .focused [data-series]{opacity:.16}.focused .chart .band{opacity:.02}
    .focused [data-series].on{opacity:1}.focused .chart .band.on{opacity:.28}
    .focused li[data-series]{opacity:1}
    .keys{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.6rem 0 .4rem;padding:0;list-style:none;font-size:.875rem}
    .keys li{display:flex;align-items:center;gap:.45rem}
    .keys button{all:unset;cursor:pointer}
    .keys button:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
    .keys button[aria-pressed=true]{font-weight:700;text-decoration:underline}
    .keys output{color:var(--muted);font-variant-numeric:tabular-nums}
    .interval .range,.heads .range{stroke:var(--accent);stroke-width:2.5}
    .interval .ends{stroke:var(--accent);stroke-width:1.5;fill:none}
    .interval circle,.heads .dot{fill:var(--accent);stroke:var(--surface);stroke-width:1.5}
    .heads .positive{fill:rgb(var(--heat))}.heads .negative{fill:rgb(var(--cold))}
    .heads .frame{fill:none;stroke:var(--line)}
    details{margin-top:.4rem}
    summary{cursor:pointer;color:var(--accent);font-size:.875rem;width:max-content;padding:.2rem 0}

    """

  private static let pictures = """
    .controls{position:sticky;top:0;z-index:4;display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;align-items:center;padding:.7rem 1rem;\
    margin:0 0 .75rem;background:var(--surface);border:1px solid var(--line);border-radius:10px;box-shadow:0 4px 14px rgb(0 0 0/.08)}
    .controls label{display:flex;align-items:center;gap:.5rem;font-size:.9375rem}
    select{font:inherit;max-width:13rem;padding:.3rem .5rem;color:var(--ink);background:var(--surface);border:1px solid var(--muted);\
    border-radius:6px}
    input[type=range]{width:8rem;accent-color:var(--accent)}
    html:not(.js) .scripted{display:none}
    .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,13.5rem),1fr));gap:1.25rem 1rem;align-items:start;--split:50%;--alpha:.65}
    .card{min-width:0;content-visibility:auto;contain-intrinsic-size:auto 21rem;background:var(--surface);border:1px solid var(--line);\
    border-radius:10px;overflow:hidden}
    .card>:not(.stage){margin-left:.8rem;margin-right:.8rem}
    .card h3{margin-top:.6rem;font-size:.9375rem;overflow-wrap:anywhere}
    .card details{margin-bottom:.7rem}
    .card details .scroll{margin:.4rem 0 0}
    .card table{font-size:.8125rem}
    .card th[scope=row],.card thead tr:first-child th:first-child{position:static;min-width:6.5rem}
    .card:has(details[open]){grid-column:1/-1}
    .card:has(details[open]) .stage{max-width:16rem}
    .about{margin:.15rem 0 .3rem;color:var(--muted);font-size:.875rem}
    .about b{color:var(--ink)}
    p.flat{margin:.1rem 0;font-size:.8125rem}
    .stage{position:relative;aspect-ratio:var(--shape);overflow:hidden;background:var(--soft);touch-action:pan-y}
    .photo{position:absolute;inset:0;background-size:100% 100%;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    .map{position:absolute;inset:0;width:100%;height:100%;display:none;opacity:var(--alpha,.65);object-fit:fill}
    .still .map{display:block}
    @supports not selector(:has(*)){.m0{display:block}}
    .stage::after{content:"";position:absolute;top:0;bottom:0;left:var(--split);width:2px;margin-left:-1px;background:#fff;\
    box-shadow:0 0 0 1px rgb(0 0 0/.5);display:none}
    section:has(.pick-b option:not([value=""]):checked) .card .stage::after{display:block}
    section:has(.pick-b option:not([value=""]):checked) .card .stage{cursor:ew-resize}
    .comparison{margin:0 0 1.25rem;padding:1rem;background:var(--surface);border:1px solid var(--line);border-radius:10px;\
    content-visibility:auto;contain-intrinsic-size:auto 18rem}
    .comparison h3{overflow-wrap:anywhere}
    .figure{color:var(--muted);font-weight:400;font-variant-numeric:tabular-nums;white-space:nowrap;margin-left:.4rem}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.4rem,1fr));gap:.7rem;margin:.6rem 0 0;padding:0;list-style:none;\
    font-size:.8125rem;line-height:1.3}
    .tiles .stage{border-radius:6px;margin-bottom:.3rem}
    .protocols{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem;margin-bottom:1.5rem}
    .protocol{padding:1rem;background:var(--surface);border:1px solid var(--line);border-radius:10px;min-width:0}
    .protocol pre{overflow-x:auto;margin:.5rem 0;padding:.6rem .8rem;background:var(--soft);border-radius:6px;line-height:1.45}
    .source{color:var(--muted);font-size:.875rem}
    .explainers li{margin-bottom:.5rem}

    """

  private static let surroundings = """
    @media (max-width:40rem){
    body{font-size:15px}
    header.page,main,footer.page{padding-left:.9rem;padding-right:.9rem}
    header.page{padding-top:1.5rem}
    section{margin:2.2rem 0}
    th[scope=row]{min-width:7rem;max-width:8.5rem}
    th,td{padding:.45rem .6rem}
    svg.chart text{font-size:20px}
    .charts,.matrices{gap:0}
    figure{padding:.75rem}
    .cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem}
    .card h3,.about{font-size:.8125rem}
    .controls{gap:.4rem .9rem;padding:.55rem .75rem}
    .controls label{font-size:.875rem}
    select{max-width:9.5rem}
    input[type=range]{width:6.5rem}
    }
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    @media (forced-colors:active){td[class^=h],td[class^=n]{forced-color-adjust:none}.rank.r1{outline:2px solid}}
    @media print{
    html{font-size:75%}
    .sort{display:none}
    section:has(table.overview.wide){display:none}
    :root{--bg:#fff;--surface:#fff;--ink:#000;--muted:#333;--line:#bbb;--soft:#f2f2f2}
    body{font-size:10pt}
    header.page,main,footer.page{max-width:none;padding:0}
    nav,.skip,.controls,details{display:none}
    .scroll{overflow:visible;border:0}
    table{font-size:8pt}
    th,td{padding:.2rem .35rem;white-space:normal}
    th[scope=row],thead tr:first-child th:first-child{position:static;min-width:0}
    .charts,.matrices{grid-template-columns:1fr 1fr}
    tr,figure,.card,.comparison,.protocol{break-inside:avoid}
    h2,h3,caption{break-after:avoid}
    .card{content-visibility:visible}
    .comparison{content-visibility:visible}
    .cards{grid-template-columns:repeat(4,1fr)}
    td,.rank,.stage,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    pre{white-space:pre-wrap}
    }

    """
}
