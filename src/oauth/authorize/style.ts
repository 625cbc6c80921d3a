// GET /auth/style.css: the one stylesheet of the pages, light and dark, from phone to desktop.
const STYLE = `:root{color-scheme:light dark;--ground:#f5f3ef;--card:#fff;--ink:#22201d;--soft:#5d5851;--line:#d9d4cb;--ember:#b03a0d;--on-ember:#fff;--bad:#a11616;--bad-ground:#fdeceb;--good:#1b5e33;--good-ground:#e8f4ec}
@media(prefers-color-scheme:dark){:root{--ground:#171513;--card:#211e1b;--ink:#f0ece6;--soft:#b6aea3;--line:#403a34;--ember:#ff9461;--on-ember:#241005;--bad:#ffb4ab;--bad-ground:#3b1614;--good:#9fdcb4;--good-ground:#12301d}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
header{max-width:40rem;margin:1rem auto;font-weight:650;display:flex;align-items:center;gap:.6rem;overflow-wrap:anywhere}
.mark{width:.85rem;height:.85rem;border-radius:50% 50% 50% 0;transform:rotate(135deg);background:var(--ember);flex:none}
main{max-width:40rem;margin:0 auto;padding:clamp(1.25rem,4vw,2.25rem);background:var(--card);border:1px solid var(--line);border-radius:.9rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
h2{margin:1.5rem 0 .5rem;font-size:1.1rem}
p{margin:.5rem 0}
a{color:var(--ember)}
.soft{color:var(--soft);font-size:.92rem}
.error{padding:.7rem .9rem;border-left:4px solid var(--bad);border-radius:.3rem;background:var(--bad-ground);color:var(--bad)}
label{display:block}
.field{margin:1rem 0}
.field label{font-weight:600;margin-bottom:.3rem}
input[type=text],input[type=password],input[type=search]{width:100%;min-height:2.9rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:.5rem}
input[type=checkbox],input[type=radio]{width:1.2rem;height:1.2rem;accent-color:var(--ember);margin:0}
button{min-height:2.9rem;padding:.55rem 1.3rem;font:inherit;font-weight:600;border-radius:.5rem;border:1px solid var(--ember);background:var(--ember);color:var(--on-ember);cursor:pointer}
button.quiet{background:transparent;color:var(--ember)}
:focus-visible{outline:3px solid var(--ember);outline-offset:2px}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
.search{display:flex;gap:.6rem;align-items:end}
.search>div{flex:1}
table{width:100%;border-collapse:collapse;margin:1rem 0}
th{text-align:left;font-size:.85rem;color:var(--soft)}
th,td{padding:.6rem .4rem;border-bottom:1px solid var(--line);vertical-align:top}
td:first-child,th:first-child{width:2.2rem}
.date{white-space:nowrap}
tr.narrower td+td{padding-left:1.6rem}
.tabs{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 1.25rem;padding:0 0 .6rem;border-bottom:1px solid var(--line)}
.tabs a{display:inline-block;padding:.3rem 0;text-decoration:none;font-weight:600}
.tabs a[aria-current]{color:var(--ink);border-bottom:3px solid var(--ember)}
.title{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:start;justify-content:space-between}
.title h2,.title h3{flex:1 1 0;min-width:0;margin:.35rem 0 0;font-size:1.1rem}
.title button{min-height:2.4rem;padding:.3rem .9rem;font-size:.92rem}
.tag{display:inline-block;padding:0 .5rem;border:1px solid var(--line);border-radius:1rem;font-size:.8rem;font-weight:500;color:var(--soft);white-space:nowrap}
.notice{padding:.7rem .9rem;border-left:4px solid var(--good);border-radius:.3rem;background:var(--good-ground);color:var(--good)}
dl{margin:.6rem 0 0;font-size:.92rem}
dl>div{display:flex;gap:1rem;padding:.15rem 0}
dt{flex:0 0 6rem;color:var(--soft)}
dd{margin:0}
details{margin-top:.6rem}
summary{cursor:pointer;padding:.25rem 0;font-weight:600}
details ul{margin:.3rem 0 0;padding-left:1.2rem}
details li{margin:.3rem 0}
.cards{list-style:none;padding:0;margin:1rem 0;display:grid;gap:.75rem}
.cards>li{border:1px solid var(--line);border-radius:.7rem;padding:1rem}
h3{margin:0;font-size:1rem}
a.button{display:inline-block;padding:.55rem 1.3rem;border-radius:.5rem;background:var(--ember);color:var(--on-ember);font-weight:600;text-decoration:none}
code{font-size:.92em;overflow-wrap:anywhere}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:30rem){dl>div{justify-content:space-between}body{padding:.5rem}.actions button{flex:1}.search{display:block}.search button{width:100%;margin-top:.6rem}}
`

/** The stylesheet. */
export const styleResponse = async (): Promise<Response> =>
  new Response(STYLE, {
    headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' },
  })
