/** @param mention of what is to be reviewed */
export function reviewPrompt(mention: string): string {
  return `Review this: bugs first, then what is unclear or missing. Name lines. ${mention}`;
}
