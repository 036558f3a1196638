/** Decisions that an assistant's message states, recognised by their form; precision comes before recall. */
import { type Sentence, sentencesOf } from './sentences';

const LEAD =
  '(?:(?:\\*\\*|_)|(?:so|ok(?:ay)?|then|therefore|hence|in the end|finally|after all|for now|as agreed|as discussed|agreed|good|great|right|done|given that|because of this|instead)[,:;!.]? +){0,2}';
/** Steps of the work at hand, which decide nothing that outlasts it. */
const STEP =
  '(?:look|check|start|begin|read|search|open|investigate|try|see|grep|examine|inspect|explore|take a look|first)\\b';
const WHO = '(?:we|i|you|the team|both of us)';
const DECIDED = [
  '(?:\\*\\*|__)?(?:final |design |architecture |key )?decisions?(?: made| taken)?(?: \\d+)?(?:\\*\\*|__)? *[::] *(?:\\*\\*|__)? *(?!(?:none|pending|open|tbd|not yet)\\b)\\S.{2,}',
  `decided(?:: *| (?:to|on|against) )(?!${STEP})\\S`,
  `${WHO}(?: have|['’]ve)?(?: now| all| both| finally)? (?:decided|agreed) (?:to (?!${STEP})|not to |on |that |against |in favou?r of )\\S`,
  `${WHO}(?: have|['’]ve)?(?: now| finally)? (?:settled on|opted for|opted to|opted against|chose(?:n)? (?!from\\b)|picked (?!up\\b)) *\\S`,
  "(?:i|we)(?:['’]ll| will|['’]m going to|['’]re going to| am going to| are going to) (?:go with(?! (?:you|the flow)\\b)|stick (?:with|to)|settle on|settle for|opt for) \\S",
  "(?:i|we)(?:['’]m| am|['’]re| are) (?:going with|sticking with|sticking to|settling on) \\S",
  "let['’]?s (?:go with|stick (?:with|to)|settle on|settle for) \\S",
  '(?:going|sticking) with \\S',
  '(?:the|our|my) (?:final )?(?:decision|choice) (?:is|was)(?: (?:to|that|made))? (?!(?:yours|up to|pending|open|not|still|between)\\b)\\S',
  'it (?:is|was|has been) decided (?:to|that|not) \\S',
  '(?:entscheidung|décision|decisión) *: *\\S.{2,}',
  'wir (?:haben uns (?:für|gegen|darauf) |nehmen also )\\S',
  "(?:nous avons|on a) décidé (?:de |d['’])\\S",
  'hemos decidido \\S',
  '(?:决定|決定)(?:[：:]|使用|采用|採用|用|不)\\S|(?:我们|我們)(?:已经|已經)?(?:决定|決定)(?!不了|了吗)\\S',
];
const DECISION = new RegExp(`^${LEAD}(?:${DECIDED.join('|')})`, 'iu');
const OPEN = /[?？][)"'”»\]*_]*$|\b(?:if|unless) (?:you|we) (?:agree|decide|approve|prefer)\b/i;

/** @returns sentences of an assistant's message that state what was decided, as written, each once, in order */
export function findDecisions(text: string): readonly string[] {
  return [
    ...new Set(
      sentencesOf(text)
        .filter(isDecision)
        .map((sentence) => sentence.text),
    ),
  ];
}

function isDecision({ masked }: Sentence): boolean {
  return !OPEN.test(masked) && DECISION.test(masked);
}
