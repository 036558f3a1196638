/** Addresses are shown in lists and brackets; models copy these along. @returns the address alone */
export function bareAddress(written: string): string {
  return written.trim().replace(/^[[(<`"']+|[\])>`"',;]+$/g, '');
}
