import { convert, type HtmlToTextOptions } from 'html-to-text';

/** What says nothing to who reads the text. */
const skipped = [
  'img',
  'nav',
  'footer',
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'form',
  'button',
  'iframe',
];

/** @returns a page's title and readable text: headings, lists, tables, code and the addresses of links */
export function htmlText(html: string, url: URL): { readonly title: string; readonly text: string } {
  const options: HtmlToTextOptions = {
    wordwrap: false,
    baseElements: { selectors: [/<main[\s>]/i.test(html) ? 'main' : 'body'] },
    selectors: [
      ...skipped.map((selector) => ({ selector, format: 'skip' })),
      {
        selector: 'a',
        options: {
          pathRewrite: (path: string) => (URL.canParse(path, url.href) ? new URL(path, url).href : path),
          hideLinkHrefIfSameAsText: true,
          noAnchorUrl: true,
        },
      },
      { selector: 'table', format: 'dataTable' },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
    ],
  };
  const title = convert(/<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1] ?? '', { wordwrap: false });
  return {
    title: title.replace(/\s+/g, ' ').trim(),
    text: convert(html, options).replace(/\n{3,}/g, '\n\n'),
  };
}
