/**
 * The person's standing instructions: sentences that ask for something not once but from now on. They are recognised by
 * their form and precision comes first: what is missed can still be found by searching, what is taken wrongly stays in
 * the window for good.
 */
import { type Sentence, sentencesOf } from './sentences';

/** Base forms a standing instruction may begin with; after "always" or "never", other words mostly describe. */
const VERBS =
  'accept|access|add|address|adjust|allow|annotate|answer|apply|approve|archive|ask|assert|assign|assume|attach|avoid|back up|base|be|begin|break|build|bump|bundle|call|catch|change|check|choose|cite|clean|clear|close|combine|comment|commit|compare|compile|confirm|consider|convert|copy|create|declare|define|delete|deploy|describe|disable|do|document|double-check|download|drop|edit|embed|enable|ensure|escape|estimate|execute|explain|export|expose|extract|fetch|fix|follow|force-push|format|generate|give|go|group|handle|hard-code|hardcode|ignore|implement|import|include|indent|inform|inline|insert|install|introduce|keep|leave|let|limit|link|lint|list|load|log|look|lower|make|mark|match|mention|merge|mix|mock|modify|move|mutate|name|notify|offer|omit|open|optimi[sz]e|overwrite|paste|pick|pin|place|post|prefer|prefix|preserve|print|propose|provide|publish|push|put|query|quote|raise|read|rebase|recommend|record|refactor|refer|reformat|regenerate|release|rely|remember|remind|remove|rename|repeat|reply|report|request|respect|respond|restart|restore|return|reuse|revert|review|rewrite|round|run|sanitize|save|say|search|send|set|share|shorten|show|sign|skip|sort|speak|specify|split|squash|start|state|stick|stop|store|suggest|summari[sz]e|suppress|swallow|take|talk|tell|test|throw|touch|translate|treat|trim|trust|try|turn|type|update|upgrade|use|validate|verify|wait|warn|wrap|write';
const ADVERBS = '(?:again |ever |also |just |only |first |directly |silently |blindly |automatically )?';
/** Past participles of these look the same ("never run on Windows"): what follows tells. */
const NOT_PASSIVE =
  '(?!(?:run|put|set|read|let|split) (?:before|by|until|since|yet|on|in|at|to|as|when|if|because|so)\\b)';
const DO = `${ADVERBS}${NOT_PASSIVE}(?:${VERBS})\\b(?!['’]|-\\w)`;
const DONT = "(?:do not|don['’]?t)";
const ALWAYS_DO = `(?:always|never(?: ever)?|${DONT} ever) ${DO}`;
const LEAD =
  '(?:(?:please|also|and|but|so|ok(?:ay)?|hey|oh|thanks|great|finally|plus|again|important|note|reminder|remember|rule|fyi|ps|p\\.s\\.|one (?:more )?(?:thing|rule)|another thing)[,:;!]? +){0,3}';
const ORDER = `(?:please )?(?:${ALWAYS_DO}|${DONT} ${DO}|${DO}|stop \\w+ing\\b|no (?!one\\b|longer\\b|more\\b)\\w+)`;
const YOU_SHALL = 'you (?:should|must|shall|are to|need to|have to|may|can)';
const FROM_NOW =
  'from (?:now|here|this point) on(?:wards?)?(?: out)?|from now onwards?|going forward|henceforth';
const FACT_SUBJECT =
  '(?:·|(?:the|these|those|this|we|i|you|our|my|your|it|there|all|every|no|any|both|each|they|he|she|an?|only|when|if|in|for|on|[\\w./-]+ (?:is|are|must|should|has|have|can|cannot|may|will|needs?|uses?|runs?|lives?|goes?|belongs?|stays?))\\b)';

const ENGLISH = [
  `${LEAD}${ALWAYS_DO}`,
  `${LEAD}(?:${YOU_SHALL} (?:always|never)|you must (?:not|never)|never ever) ${DO}`,
  `${LEAD}(?:i(?: always|['’]d| would)? (?:want|like|need|expect|prefer) you to (?:always|never)|i never want you to|(?:make|be) sure (?:that )?(?:to|you) (?:always|never)|try to always|we (?:always|never)|in this (?:project|repo(?:sitory)?|codebase|workspace),? (?:we )?(?:always|never)) ${DO}`,
  `${LEAD}(?:${FROM_NOW}|in (?:the )?future|for the rest of (?:this|the) (?:session|project|conversation|chat|day))[,:]? +(?:${ORDER}|i want |we (?:are|have|only|no longer|${VERBS})\\b|(?:you|all|every|each|only)\\b)`,
  `${LEAD}(?:${ORDER}).*\\b(?:${FROM_NOW}|for the rest of (?:this|the) (?:session|project|conversation|chat))[.!]*$`,
  `${LEAD}(?:whenever|every time|each time|any ?time) you (?:${VERBS})\\b[^,]*, *(?:${ORDER}|${YOU_SHALL})`,
  `${LEAD}(?:if|when|whenever|before|after) [^,]{3,120}, *(?:please )?(?:${ALWAYS_DO}|${YOU_SHALL} (?:always|never) )`,
  `${LEAD}(?:please )?(?:remember|keep in mind|bear in mind|${DONT} forget|never forget)(?: always)?(?: that(?! \\w+ (?:we|i|you|from|where|which|with|that)\\b) ${FACT_SUBJECT}|: \\S)`,
  `${LEAD}(?:please )?(?:always )?remember to (?:always |never )?${DO}`,
  `${LEAD}never forget (?:to ${DO}|that )`,
  `${LEAD}(?:under no circumstances|as a (?:general )?rule)[,:]? +(?:${ORDER}|(?:may|should) you|are you)`,
  `${LEAD}(?:please )?${DO}[^,]*, always[.!]*$`,
  '(?:please,? )?no \\w[^,]*,? ever[.!]*$',
  '(?:standing instruction|ground rule|house rule|rule)s?(?: (?:no\\. ?)?\\d+)?: +\\S.{5,}',
];

const GERMAN_ORDER =
  '(?:verwende|benutze?|nutze|nimm|schreibe?|mache?|antworte|füge|lass|fasse?|ändere|committe|pushe|teste|lösche|halte?|prüfe|frage?|achte|gib|setze?|führe?|zeige?|rufe?|lege?|behalte?|nenne?|starte|erkläre?|kommentiere?)';
const GERMAN = [
  `(?:bitte )?${GERMAN_ORDER} (?:[^\\s,]+ ){0,4}?(?:immer|niemals|nie|stets)\\b(?! noch)`,
  '(?:bitte )?(?:immer|stets|niemals|nie) (?!wieder |noch )(?:\\S+ )+(?!ge(?!ben|hen|nehm|ner))\\S+(?:en|ern|eln)[.!]?$',
  `(?:ab (?:jetzt|sofort|heute)|von (?:nun|jetzt) an|künftig|in zukunft)[,:]? (?:bitte |nur |immer |nie |keine? |${GERMAN_ORDER}|sollst du|(?:\\S+ )+\\S+en[.!]$)`,
  '(?:bitte )?(?:merke? dir|denke? (?:immer )?daran|vergiss nie(?:mals)?)[,:]? \\S',
];
const FRENCH_ORDER =
  '(?:utilise|réponds?|répond|écris|lance|exécute|ajoute|fais|garde|vérifie|teste|mets|demande|commence|pousse|touche|modifie|supprime|change|oublie|écri|laisse|explique|montre|nomme|place|commente)(?:z|ez|r|s)?';
const FRENCH = [
  `(?:s['’]il te plaît,? )?(?:ne |n['’])?${FRENCH_ORDER} (?:toujours|jamais)\\b`,
  `(?:toujours|ne jamais|n['’]oublie(?:z)? jamais|jamais) (?:de )?${FRENCH_ORDER}\\b`,
  `(?:à partir de maintenant|désormais|dorénavant)[,:]? (?:tu |vous |(?:ne |n['’])?${FRENCH_ORDER}\\b)`,
  "(?:souviens-toi|rappelle-toi|souvenez-vous|rappelez-vous|garde à l['’]esprit) (?:que |qu['’]|de )\\S",
];
const SPANISH_ORDER =
  '(?:usa|utiliza|responde|escribe|ejecuta|añade|agrega|haz|pon|mantén|comprueba|verifica|pregunta|guarda|prueba|explica|muestra)';
const SPANISH_DONT =
  '(?:uses|utilices|hagas|toques|borres|cambies|escribas|pongas|subas|olvides|ejecutes|modifiques|añadas|agregues|elimines|respondas|dejes)';
const SPANISH = [
  `(?:por favor,? )?(?:siempre (?:${SPANISH_ORDER}|usar|responder|escribir|ejecutar)|${SPANISH_ORDER} siempre)\\b`,
  `(?:por favor,? )?(?:nunca (?:más )?${SPANISH_DONT}|no ${SPANISH_DONT} nunca)\\b`,
  `(?:de ahora en adelante|a partir de ahora)[,:]? (?:no |siempre |nunca |quiero |${SPANISH_ORDER}\\b|${SPANISH_DONT}\\b)`,
  '(?:recuerda|ten en cuenta|no olvides) que \\S',
];
const CHINESE_VERBS =
  '(?:要|先|使用|用|运行|写|保持|检查|添加|回答|回复|遵守|遵循|采用|提供|加上|在[^，。]{1,12}(?:前|后|时|中|里))';
const CHINESE = [
  `(?:请|請)?(?:你)?(?:总是|總是|始终|始終|永远|永遠|一律|务必|務必)(?:都)?${CHINESE_VERBS}`,
  '(?:请|請)?(?:你)?(?:永远|永遠|千万|千萬|绝对|絕對)(?:不要|别|別|不能|不可以)',
  `(?:请|請)?(?:以后|以後|今后|今後|从现在(?:开始|起)|從現在(?:開始|起))[，,：:]?(?:请|請|都|不要|别|別|每次|一律|所有|只|必须|${CHINESE_VERBS})`,
  '(?:请|請)?(?:你)?(?:要)?(?:记住|記住|牢记|牢記|别忘了|請記得|请记得)[，,：:]?\\S{2,}',
];

/** `\b` knows ASCII only; the words beside it in these patterns end in ASCII letters or before a space. */
const STANDING = new RegExp(
  `^(?:\\*\\*|_)?(?:${[...ENGLISH, ...GERMAN, ...FRENCH, ...SPANISH, ...CHINESE].join('|')})`,
  'iu',
);
const QUESTION = /[?？][)"'”»\]*_]*$|[吗嗎呢][。？?]?$/;
/** A second clause may hold the instruction: after a semicolon or a dash, or where "please" begins it. */
const CLAUSE = /(?:;|[—–]| - ) *|, +(?:and |but )?(?=please )/;

/** @returns sentences of a message of the person's that hold from now on, as written, each once, in order */
export function findStandingInstructions(text: string): readonly string[] {
  return [
    ...new Set(
      sentencesOf(text)
        .filter(isStanding)
        .map((sentence) => sentence.text),
    ),
  ];
}

function isStanding({ masked }: Sentence): boolean {
  return !QUESTION.test(masked) && masked.split(CLAUSE).some((clause) => STANDING.test(clause));
}
