import { createHash } from 'node:crypto';
import type { ContentHasher } from '../engine/ports';

export const sha256: ContentHasher = (text) => createHash('sha256').update(text, 'utf8').digest('hex');
