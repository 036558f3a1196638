/** English forms that no stemmer brings together: `went`, `gone` and `go` are one word to whoever looks for it. */

/** One base form a group, before the colon; verbs and nouns whose forms share no stem with it. */
const groups = `
arise: arose arisen; awake: awoke awoken; become: became; begin: began begun; bend: bent; bind: bound; bite: bit bitten;
bleed: bled; blow: blew blown; break: broke broken; breed: bred; bring: brought; build: built; buy: bought; catch: caught;
choose: chose chosen; come: came; creep: crept; deal: dealt; dig: dug; draw: drew drawn; drink: drank drunk; drive: drove driven;
eat: ate eaten; fall: fell fallen; feed: fed; feel: felt; fight: fought; find: found; fly: flew flown flies; forbid: forbade forbidden;
forget: forgot forgotten; forgive: forgave forgiven; freeze: froze frozen; get: got gotten; give: gave given; go: went gone goes;
grow: grew grown; hang: hung; hear: heard; hide: hid hidden; hold: held; keep: kept; know: knew known; lay: laid; lead: led;
leap: leapt; learn: learnt; leave: left; lend: lent; lie: lain; light: lit; lose: lost; make: made; mean: meant; meet: met;
overcome: overcame; pay: paid; prove: proven; ride: rode ridden; ring: rang rung; rise: rose risen; run: ran; say: said; see: saw seen;
seek: sought; sell: sold; send: sent; sew: sewn; shake: shook shaken; shine: shone; shoot: shot; show: shown; shrink: shrank shrunk;
sing: sang sung; sink: sank sunk; sit: sat; sleep: slept; slide: slid; speak: spoke spoken; spend: spent; spin: spun; spring: sprang sprung;
stand: stood; steal: stole stolen; stick: stuck; sting: stung; strike: struck; swear: swore sworn; sweep: swept; swim: swam swum;
swing: swung; take: took taken; teach: taught; tear: tore torn; tell: told; think: thought; throw: threw thrown;
undergo: underwent undergone; understand: understood; undertake: undertook undertaken; wake: woke woken; wear: wore worn;
weave: wove woven; win: won; wind: wound; withdraw: withdrew withdrawn; write: wrote written; rewrite: rewrote rewritten;
overwrite: overwrote overwritten; rebuild: rebuilt; rerun: reran; child: children; person: people persons; man: men; woman: women;
foot: feet; tooth: teeth; mouse: mice; goose: geese; life: lives; wife: wives; knife: knives; leaf: leaves; shelf: shelves; half: halves;
self: selves; wolf: wolves; loaf: loaves; thief: thieves; index: indices; matrix: matrices; vertex: vertices; analysis: analyses;
criterion: criteria; good: better best; bad: worse worst
`;

/** Form → base form. */
export const irregularForms: ReadonlyMap<string, string> = new Map(
  groups.split(';').flatMap((group) => {
    const [base = '', forms = ''] = group.split(':');
    return forms
      .trim()
      .split(/\s+/)
      .map((form) => [form, base.trim()] as const);
  }),
);
