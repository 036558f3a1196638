/** One small source for each language, and what its pages are, what they define and what they use. */
export const languageSamples = [
  {
    language: 'typescript',
    source: `export class Queue<T> extends Base<Foo> implements Face {
  private items: Item[] = [];
  constructor(readonly log: Log) { super(); }
  flush(): Result { return write<Item>(this.items.map((item) => encode(item))); }
}
export const evict = (page: Page) => drop?.(page);
type Alias = Map<string, Other>;
namespace Inner { export enum Kind { A } }
`,
    pages: [
      '1-8 typescript "Queue" defines Queue:1, Queue>items:2, Queue>constructor:3, Queue>flush:4, evict:6, Alias:7, Inner:8, Inner>Kind:8; uses Base:1, Foo:1, Face:1, Item:2, Log:3, Result:4, write:4, map:4, encode:4, Page:6, drop:6, Map:7, Other:7',
    ],
  },
  {
    language: 'typescriptreact',
    source: `const View = () => <Panel x={1}><div/></Panel>; class A extends Base<Foo> { @Input() x: Bar; f() { new Writer; go<Foo>(1); tag\`x\`; } }
`,
    pages: [
      '1-1 typescriptreact "View" defines View:1, A:1, A>x:1, A>f:1; uses Panel:1, Base:1, Foo:1, Input:1, Bar:1, go:1',
    ],
  },
  {
    language: 'javascript',
    source: `app.use = function use(fn) { return go(fn) }; Foo.prototype.bar = () => 1; exports.x = 3; class A { #p = 1; static s() {} }
`,
    pages: ['1-1 javascript "app.use" defines app.use:1, Foo.prototype.bar:1, A:1, A>#p:1, A>s:1; uses go:1'],
  },
  {
    language: 'python',
    source: `LIMIT = 3
x: int = 4
class A(Base):
    z = 1
    def f(self):
        y = 2
        @deco(1)
        def g(): pass
`,
    pages: ['1-8 python "LIMIT" defines LIMIT:1, x:2, A:3, A>z:4, A>f:5, A.f>g:8; uses Base:3, deco:7'],
  },
  {
    language: 'go',
    source: `package a
type Site struct { Page; p *Other }
func (s *Site[T]) Render(p Page) Html { return write[int](p, foo.Bar{}) }
var X = 1
`,
    pages: ['1-4 go "Site" defines Site:2, Site.Render:3, X:4; uses Page:2, Other:2, Html:3, write:3, Bar:3'],
  },
  {
    language: 'rust',
    source: `impl<T> Face for Site<T> { fn render(&self, p: &Page) -> Html { println!("{}", a); Foo::bar::<X>(p); self.go(p)?; Writer { p } } }
`,
    pages: [
      '1-1 rust "Site" defines Site:1, Site>render:1; uses Face:1, Page:1, Html:1, println:1, bar:1, go:1, Writer:1',
    ],
  },
  {
    language: 'java',
    source: `class Site extends Base<Foo> implements Face { @Override Html render(Page p) { return new Writer(p).write(p); } enum E { A } }
`,
    pages: [
      '1-1 java "Site" defines Site:1, Site>render:1, Site>E:1; uses Base:1, Foo:1, Face:1, Override:1, Html:1, Page:1, Writer:1, write:1',
    ],
  },
  {
    language: 'csharp',
    source: `namespace N { class Site : Base, IFace<Foo> { public Foo Size { get; set; } List<Bar> x = new Baz(); Html Render(Page p) { var w = new Writer(p); return w.Write<X>(p); } } }
`,
    pages: [
      '1-1 csharp "N" defines N:1, N>Site:1, N.Site>Size:1, N.Site>x:1, N.Site>Render:1; uses Base:1, IFace:1, Foo:1, List:1, Bar:1, Baz:1, Html:1, Page:1, Writer:1, Write:1',
    ],
  },
  {
    language: 'c',
    source: `#define MAX(a) go(a)
typedef struct site { int a; } site_t;
struct page *render(struct site *s, site_t t) { return write_page(s, MAX(1)); }
`,
    pages: ['1-3 c "MAX" defines MAX:1, site_t>site:2, site_t:2, render:3; uses page:3, write_page:3'],
  },
  {
    language: 'cpp',
    source: `namespace n { template<typename T> class Site : public Base<T> { void render(Page p); }; }
Html Site::render(Page p) { return std::make_unique<Writer>(p)->write(p); }
`,
    pages: [
      '1-2 cpp "n" defines n:1, n>Site:1, Site::render:2; uses Base:1, Page:1, Html:2, Writer:2, make_unique:2, write:2',
    ],
  },
  {
    language: 'php',
    source: `<?php
namespace A\\B;
class Site extends Base implements Face { function render(Page $p): ?Html { $w = new Writer($p); Foo::bar($p); return $this->go($p); } }
`,
    pages: [
      '1-3 php "A\\\\B" defines A\\B:2, Site:3, Site>render:3; uses Base:3, Face:3, Page:3, Html:3, Writer:3, Foo:3, bar:3, go:3',
    ],
  },
  {
    language: 'ruby',
    source: `class Site < Base
  include Face
  def render(p)
    Writer.new(p).write p
    go
  end
end
`,
    pages: [
      '1-7 ruby "Site" defines Site:1, Site>render:3; uses Base:1, include:2, Face:2, Writer:4, write:4',
    ],
  },
  {
    language: 'shellscript',
    source: `render() { write_page "$1" | grep x; }
`,
    pages: ['1-1 shellscript "render" defines render:1; uses write_page:1, grep:1'],
  },
  {
    language: 'powershell',
    source: `function Get-Site {
  param([string]$Name)
  Write-Host $Name
  [Foo]::Bar(1)
}
class A : B {
  [void] Run([Page]$p) { Invoke-It $p }
}
`,
    pages: [
      '1-8 powershell "Get-Site" defines Get-Site:1, A:6, A>Run:7; uses Write-Host:3, Foo:4, Bar:4, Page:7, Invoke-It:7',
    ],
  },
  {
    language: 'css',
    source: `.site { color: red; } #main > a:hover { x: url(y) } @media print { .a { b: c } } @keyframes spin { from { a: b } } :root { --x: 1 }
`,
    pages: ['1-1 css ".site" defines .site:1, #main > a:hover:1, .a:1, spin:1, :root:1; uses url:1'],
  },
  {
    language: 'ini',
    source: `[site]
a = 1
`,
    pages: ['1-2 ini "site" defines site:1; uses nothing'],
  },
  {
    language: 'kotlin',
    source: `package a.b
class Site(val name: String) : Base(), Face {
  val size: Int = 1
  fun render(page: Page): Html { return Writer().write(page, run { x }) }
  companion object { const val A = 1 }
}
object Registry { fun get() = listOf<Site>() }
fun Site.ext(a: Int) = a.foo { it.bar(1) }
typealias X = List<Site>
enum class E { A, B }
`,
    pages: [
      '1-10 kotlin "Site" defines Site:2, Site>size:3, Site>render:4, Site>A:5, Registry:7, Registry>get:7, ext:8, X:9, E:10; uses Base:2, Face:2, Int:3, Page:4, Html:4, Writer:4, write:4, run:4, listOf:7, foo:8, bar:8, List:9',
    ],
  },
  {
    language: 'swift',
    source: `class Site: Base, Face {
  let name: String
  init(name: String) { self.name = name }
  func render(_ page: Page) -> Html { return Writer().write(page) { x in go(x) } }
}
struct S { var a: Int = 1 }
protocol Face { func f(a: Int) -> Int }
extension Site { func more() {} }
enum E { case a, b }
typealias X = [Site]
`,
    pages: [
      '1-10 swift "Site" defines Site:1, Site>name:2, Site>init:3, Site>render:4, S:6, S>a:6, Face:7, Face>f:7, Site:8, Site>more:8, E:9, X:10; uses Base:1, Page:4, Html:4, Writer:4, write:4, go:4, Int:6',
    ],
  },
  {
    language: 'scala',
    source: `package a
trait Face { def f(a: Int): Int }
class Site(name: String) extends Base with Face {
  val size: Int = 1
  def render(page: Page): Html = Writer().write(page, new Foo(1))
}
object Registry { def get = List[Site]() }
type X = List[Site]
enum E:
  case A, B
given ord: Ord[Int] with
  def compare(x: Int) = foo(x)
`,
    pages: [
      '1-12 scala "Face" defines Face:2, Face>f:2, Site:3, Site>size:4, Site>render:5, Registry:7, Registry>get:7, X:8, E:9, ord:11, ord>compare:12; uses Int:2, Base:3, Page:5, Html:5, Writer:5, write:5, Foo:5, List:7, Ord:11, foo:12',
    ],
  },
  {
    language: 'lua',
    source: `local M = {}
function M.render(page) return write(page) end
function M:meth(a) self.x = obj:call(a) end
local function helper() print "x" end
M.f = function(a) return a end
local g = function() end
`,
    pages: ['1-6 lua "M.render" defines M.render:2, M:meth:3, helper:4, M.f:5, g:6; uses write:2, call:3'],
  },
  {
    language: 'html',
    source: `<!doctype html>
<html><head><title>T</title><script>let a = 1;</script></head>
<body><div id="main" class="x"><my-tag @click="a"></my-tag><br></div></body></html>
`,
    pages: ['1-3 html "#main" defines #main:3; uses my-tag:3'],
  },
  {
    language: 'vue',
    source: `<template>
  <div id="app"><SiteCard :a="b"/><template v-if="x">y</template></div>
</template>

<script setup lang="ts">
import a from 'a';
interface Props { a: Foo }
function render() { return go(1); }
</script>

<style scoped lang="scss">
.a { b: c }
</style>
`,
    pages: [
      '1-3 vue "template" defines #app:2; uses SiteCard:2',
      '4-9 typescript "script" defines Props:7, render:8; uses Foo:7, go:8',
      '10-13 scss "style" defines nothing; uses nothing',
    ],
  },
  {
    language: 'svelte',
    source: `<script lang="ts">
  export let name: Foo;
  function render() { return go(1); }
</script>

<h1 id="top">Hello</h1>
<Card on:click={render}/>
`,
    pages: [
      '1-4 typescript "script" defines name:2, render:3; uses Foo:2, go:3',
      '5-7 svelte "#top" defines #top:6; uses Card:7',
    ],
  },
  {
    language: 'sql',
    source: `-- People; all of them
CREATE TABLE IF NOT EXISTS public.users (id int, note text default 'a;b');
create or replace function touch() returns trigger as $$ begin update users set x = 1; end; $$ language plpgsql;
CREATE TRIGGER t1 AFTER INSERT ON users FOR EACH ROW
BEGIN
  INSERT INTO audit VALUES (1);
  UPDATE stats SET n = CASE WHEN n > 1 THEN 2 ELSE 3 END;
END;
SELECT * FROM users u JOIN [orders] o ON o.id = u.id;
`,
    pages: ['1-9 sql "users" defines users:2, touch:3, t1:4; uses audit:6, stats:7, orders:9'],
  },
  {
    language: 'yaml',
    source: `# About
name: CI
on: [push]
jobs:
  build:
    runs-on: x
    steps:
    - name: Check out
      run: |
        echo: no
    - uses: a
"quoted key": 1
`,
    pages: ['1-12 yaml "name" defines name:2, on:3, jobs:4, jobs>build:5, quoted key:12; uses nothing'],
  },
  {
    language: 'toml',
    source: `title = "x"
text = """
[not.a.table]
"""
# About deps
[dependencies]
a = "1"
b = [
  [1, 2]
]
[[bin]]
name = "y"
`,
    pages: ['1-12 toml "dependencies" defines title:1, text:2, dependencies:6, bin:11; uses nothing'],
  },
  {
    language: 'json',
    source: `{
  "name": "site",
  "scripts": {
    "build": "x",
    "nested": { "a": 1 }
  },
  "list": [
    { "deep": 1 }
  ]
}
`,
    pages: [
      '1-10 json "name" defines name:2, scripts:3, scripts>build:4, scripts>nested:5, list:7; uses nothing',
    ],
  },
  {
    language: 'markdown',
    source: `# Site

text

## Render
`,
    pages: ['1-5 markdown "Site" defines Site:1, Site>Render:5; uses nothing'],
  },
  {
    language: 'dockerfile',
    source: `ARG V=1
FROM node:22 AS build
RUN a && \\
  b
FROM alpine
COPY --from=build /a /b
`,
    pages: ['1-6 dockerfile "build" defines build:2; uses node:22:2, alpine:5'],
  },
  {
    language: 'jupyter',
    source: `{
 "cells": [
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": [
    "# Training\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {},
   "outputs": [],
   "source": [
    "import torch\\n",
    "def train(model):\\n",
    "    return fit(model)"
   ]
  }
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4
}
`,
    pages: [
      '1-10 markdown "Training" defines Training:7; uses nothing',
      '11-21 python "train" defines Training>train:18; uses fit:19',
      '22-25 jupyter "" defines nothing; uses nothing',
    ],
  },
] as const;
