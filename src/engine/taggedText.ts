/**
 * Text of others between the engine's own tags: notes, files, summaries. It is data: whatever it holds, it cannot close
 * the tag and go on as if the engine spoke.
 */
export function tagged(tag: string, text: string, attributes = ''): string {
  const inner = text.replace(new RegExp(`<(?=/${tag}\\b)`, 'gi'), '&lt;');
  return `<${tag}${attributes}>\n${inner}\n</${tag}>`;
}
