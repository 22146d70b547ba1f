import assert from 'node:assert/strict';
import { lint } from '../support/lint/lint.js';

const faults = (template: string) => lint('views/page.ejs', template, 'slotbell/ejs');

describe('templates', () => {
  const refused: [why: string, template: string][] = [
    ['unescaped output', '<p><%- student.name %></p>'],
    ['unescaped output, trimmed', '<p><%-student.name-%></p>'],
    ['an include with something behind it', `<%- include('partials/head') + student.name %>`],
    ['an include inside an expression', `<%- x || include('partials/head') %>`],
    ['a function that is merely called like include', '<%- includeAll() %>'],
    ['the engine’s own output function', '<% __append(student.name) %>'],
    ['an inline script', '<script>alert(1)</script>'],
    ['an inline script of a type', '<script type="module">alert(1)</script>'],
    ['a style element', '<style>p { color: red }</style>'],
    ['a style attribute', '<p class="a" style="color: red">x</p>'],
    [
      'a style attribute after printed text with >',
      `<p title="<%= a > b ? 'x' : 'y' %>" style="color: red">x</p>`,
    ],
    ['a handler', '<button onclick="go()">x</button>'],
    ['a handler in capitals over two lines', '<button\n  ONCLICK=go()>x</button>'],
    ['an htmx handler', '<button hx-on:click="go()">x</button>'],
    ['a javascript: address', '<a href="javascript:go()">x</a>'],
    ['a form without the token', '<form method="post" action="/x"><button>Go</button></form>'],
    ['a form whose token is in the next form', '<form method=POST></form><form><input name="_csrf"></form>'],
    ['a form whose token is commented out', '<form method="post"><!-- <input name="_csrf"> --></form>'],
    ['a form that includes something else', `<form method="post"><%- include('./csrf-note') %></form>`],
    ['a form with a printed method', '<form method="<%= method %>"><button>Go</button></form>'],
  ];
  for (const [why, template] of refused) {
    it(`refused: ${why}`, async () => {
      assert.equal((await faults(template)).length, 1);
    });
  }

  const allowed: [why: string, template: string][] = [
    ['escaped output', '<p class="<%= a > b %>"><%= student.name %></p>'],
    ['an include', `<%- include('partials/head') %>`],
    ['an include with data, over lines', `<%- include('../head', {\n  title: f(')'),\n}) -%>`],
    ['a comment that names <%-', '<%# never <%- here %>'],
    ['logic', '<% for (const row of rows) { %><li><%= row %></li><% } %>'],
    ['a script with src', '<script src="/js/day.js" defer></script>'],
    ['a commented-out handler', '<!-- <p onclick="x()"> -->'],
    ['the word style in text', '<p>style="x" onclick="y"</p>'],
    ['a data attribute', '<p data-on="1" data-style="x">x</p>'],
    ['a form that reads', '<form method="get" action="/x"></form><form action="/y"></form>'],
    [
      'a form with the field',
      '<form method="post"><input type="hidden" name="_csrf" value="<%= csrf %>"></form>',
    ],
    ['a form with the partial', `<form method="post"><%- include('../partials/csrf') %></form>`],
    ['a partial form with the partial beside it', `<form method="post"><%- include('./csrf') %></form>`],
  ];
  for (const [why, template] of allowed) {
    it(`allowed: ${why}`, async () => {
      assert.deepEqual(await faults(template), []);
    });
  }
});
