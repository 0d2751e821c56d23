"""What mail servers say in their own words when a copy did not arrive, or not yet.

Tables of patterns and nothing else; each is searched, without regard to case, in text whose blanks
and line ends are single blanks. Add a server's words here and a sample of them to the tests.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.I)


SYSTEMS = _any(
    r"mailer[-_. ]?daemon|\bmdaemon\b|\bpost[-_. ]?master\b(?! general)|\bbounces?\b|\bndrs?\b"
    r"|undeliver|returned mail",
    r"mail(?:er)?[-_. ]?(?:delivery|deliver|system|server|router|gateway|service|administrator"
    r"|agent)",
    r"delivery[-_. ]?(?:sub-?system|system|service|agent|notif|status)|delivery (?:failure|report)",
    r"system ?administrator|smtp ?(?:server|service|gateway)|(?:internet|smtp"
    r"|e\d+).{0,20}mail.{0,5}service",
    r"jetmail|\bmta\b|microsoft ?outlook|microsoft ?exchange|interscan|mail ?scanner|mail ?marshal"
    r"|mailsweeper",
    r"^(?:e-?mail|mail)(?: firewall| security| gateway)",
)
"""Names and local parts in From that are a mail system's."""

DAEMONS = _any(r"mailer-?daemon|microsoftexchange[0-9a-f]{8}|mail delivery (?:sub)?system")
"""Those among them that no person ever writes from."""

MACHINES = _any(
    r"no-?reply|do-?not-?reply|ne-?pas-?repondre|nicht-?antworten|na?o-?respond|non-?rispondere|\broot@|system|notif|server|gateway|filter|scan|virus|imss|smtp",
    r"mail-?adm|fail|bounce|deliver|\bauto|robot|\bbot\b|spam|listserv|majordomo|mailman|sympa",
    r"security|firewall|protect|appliance|quarantine|maiser",
)
"""Names and local parts in From that are likely to be a program's."""

BY_MACHINE = _any(
    r"your (?:message|e-?mail)[^.]{0,60}(?:could not|cannot|couldn't) be (?:delivered|sent) to",
    r"non-?delivery (?:report|notification)|delivery (?:status )?(?:notification|report)\b",
    r"(?:automatically|automaticaly) (?:generated|created)|(?:created|generated) automatically",
    r"do not reply|automatisch (?:erstellt|erzeugt|generiert)|g[ée]n[ée]r[ée] automatiquement"
    r"|autom[áa]ticamente|automaticamente|自動(?:的に)?(?:送信|生成)|系统自动|автоматически",
)
"""Words that say a program wrote it."""

OF_MAIL = _any(
    r"\bmessage|\be?-?mail|recipient|mailbox|courriel|destinataire|nachricht|empf[äa]nger|mensaje",
    r"correo|destinatari|messaggio|mensagem|bericht|ontvanger|geadresseerde|письм|сообщени|почт",
    r"بريد|رسال|邮件|郵件|收件|メール|メッセージ|宛|메일|메시지|meddeland|meddelels|melding|viesti|wiadomo",
    r"zpr[áa]v|spr[áa]v|[üu]zenet|ileti|mesaj|poruk|μήνυμα|הודע|ข้อความ|อีเมล|th[ưu]|surel|missatge",
)
"""That it is about mail at all, and not parcels."""

SUBJECTS = _any(
    r"undeliver|non[- ]?deliver|not (?:be )?deliver|un-?deliverable|\bndn\b|\bndr\b",
    r"deliver(?:y|able)?[^.]{0,20}(?:fail|problem|error|status|notif|report|delay|incomplete"
    r"|unsuccess)",
    r"(?:fail|error|problem|delay|warning)[^.]{0,30}(?:deliver|mail|message|sending)"
    r"|^failure notice",
    r"(?:return(?:ed|ing)|bounced?|rejected|refused|delayed|blocked) (?:e-?mail|mail|message"
    r"|posting)",
    r"(?:mail|message|e-?mail)[^.]{0,30}(?:return|bounce|reject|refus|delay|block|could not"
    r"|couldn|fail"
    r"|error|not (?:sent|accept)|still being|quarantin)",
    r"address (?:not found|unknown|invalid)|(?:user|recipient|mailbox) (?:unknown|not found)",
    r"mailbox (?:is )?(?:full|unavailable)|over ?quota|quota exceeded|could not send|unable to",
    r"[ée]chec|non[- ]remis|non distribu|remise[^.]{0,30}(?:diff|report|imposs|retard)|retour de",
    r"unzustell|nicht (?:zugestellt|zustellbar)|zustell(?:ung|fehler)|zur[üu]ckgesendet"
    r"|verz[öo]ger",
    r"no (?:se (?:pudo|ha podido)|entreg)|devuelto|error (?:de|en) (?:la )?entrega|fallo"
    r"|sin entregar",
    r"non (?:recapit|consegn)|mancat[ao] (?:recapit|consegn)|impossibile|errore|recapito|ritard",
    r"n[ãa]o (?:entreg|foi|p[ôo]de)|falha|devolvid|erro (?:de|na) entrega"
    r"|entrega[^.]{0,20}(?:atras|falh)",
    r"niet (?:afgeleverd|bezorgd|bestelbaar|besteld)|onbestelbaar|bezorg|aflever",
    r"не ?доставлен|недостав|не (?:может|удалось)|ошибк|возвращ|сбой|задерж|отклон[её]н",
    r"تعذر|فشل|لم يتم|غير قابل|تأخ[رّ]|مرتجع",
    r"退信|退回|投递失败|投遞失敗|发送失败|傳送失敗|传输失败|無法(?:投遞|傳送|送達)|无法(?:投递|送达|发送)|未(?:送达|送達)|系统退|郵件退回",
    r"配信(?:不能|できません|エラー|失敗|遅延)|送信(?:エラー|失敗|できません)|お届けできません|エラーメール|不達|返送|配送(?:不能|遅延)",
    r"反送|傳遞|送达|传递(?:失败|延迟)|メール.{0,4}エラー|エラー通知",
    r"반송|[전발]송 ?실패|배달|ikke (?:lever|sende)|kan (?:inte|ej) levereras|olevere|toimit"
    r"|g[åa]r? inte att leverera|gick inte att|lever(?:ing|ans)[^.]{0,20}(?:forsink|f[öo]rsena)",
    r"niedostarcz|nie dostarcz|dostarcz|zwrot|nedoru[čc]|doru[čc]en|k[ée]zbes[íi]t"
    r"|teslim|iletilemedi|nelivra|livrare|neispor|isporuk|недоставен|доставк",
    r"παραδό|παράδοση|ניתן למסירה|מסירה|ไม่สามารถส่ง|kh[ôo]ng g[ửu]i [đd][ưu][ợo]c|tidak terkirim"
    r"|no lliurable|lliurament",
)
"""Subjects of notices."""

DELAYED = _any(
    r"versucht es (?:noch|weiter|erneut)|volver[áa] a intentar|lo intentar[áa]|riprover[àa]"
    r"|tentar[áa] (?:novamente|de novo|por mais)|попытается|будет пытаться|再試行",
    r"(?:this|it) is (?:a|only a|just a) warning|warning (?:message )?only|warning:? (?:message"
    r"|could)",
    r"you do not need to re-?send|do not (?:re-?send|send) (?:your|the|this) (?:message|mail)"
    r"|no need to re-?send",
    r"no action is required|this is not an error|not a (?:failure|permanent error)",
    r"(?:message|mail|delivery|attempts?|it|we|server|system|i)(?: \w{1,20}){0,3} will (?:continue"
    r"|keep|be retried"
    r"|be re-?tr|retry|try again|go on|be attempted)",
    r"will (?:be retried|keep trying|continue (?:to (?:try|attempt|be)|trying|attempting)"
    r"|try again|retry|re-?attempt)",
    r"(?:still|continue to|continuing to|keep) (?:be |being )?(?:try|tried|retry|retried|attempt)",
    r"(?:has|have) (?:not yet|not been able to be|been temporarily"
    r"|not, as yet, )[^.]{0,20}(?:deliver|delay|been)",
    r"(?:not|n't) (?:yet )?(?:been )?deliver(?:ed|y)? (?:yet|after (?:more than )?\d+ (?:hour"
    r"|minute))",
    r"could not be delivered for (?:more than )?\d+(?:\.\d+)? (?:hour|minute)"
    r"|queued for \d+ (?:hour|minute)",
    r"(?:delivery|message|mail)[^.]{0,60}(?:has been|is|was|being"
    r"|been) (?:temporarily )?(?:delayed|deferred|postponed)",
    r"delivery (?:is )?delayed|delayed delivery|delivery status notification \(delay\)"
    r"|temporarily deferred",
    r"(?:will|to) be (?:re)?attempted again|next (?:attempt|try|retry) (?:in|at|on|will)"
    r"|reintentar[áa]|ha retrasado",
    r"temporary (?:delivery )?(?:problem|failure|error)s? (?:while|in|with) (?:delivering"
    r"|delivery)[^.]{0,80}retr",
    r"nous (?:allons|continuerons)|r[ée]essaier[ao]|sera (?:r[ée]essay|retent|r[ée]it[ée]r)|(?:n'a"
    r"|pas) (?:pas )?encore (?:[ée]t[ée])? ?(?:remis|distribu|livr)"
    r"|tentatives? (?:se poursui|suppl[ée]ment|seront)|(?:remise|livraison)[^.]{0,40}(?:retard"
    r"|diff[ée]r)",
    r"noch nicht (?:zugestellt|ausgeliefert|[üu]bermittelt)|(?:weiter(?:e|hin)?"
    r"|erneut)[^.]{0,40}versuch"
    r"|(?:zustellung|nachricht)[^.]{0,40}verz[öo]gert|wird (?:weiterhin|erneut)",
    r"(?:a[úu]n|todav[íi]a) no (?:se )?ha[^.]{0,30}entreg|(?:seguir[áa]|volver[áa]"
    r"|continuar[áa])[^.]{0,30}intent"
    r"|(?:entrega|mensaje)[^.]{0,40}(?:retras|demora|aplaz)",
    r"non (?:[èe] )?(?:ancora|stat[oa] ancora)[^.]{0,30}(?:consegn|recapit)|(?:continuer"
    r"|ulterior|ritenter|riprover)[^.]{0,30}"
    r"|(?:consegna|recapito)[^.]{0,40}(?:ritard|rinviat)",
    r"ainda n[ãa]o (?:foi|p[ôo]de)[^.]{0,30}entreg|(?:continuar[áa]|tentar[áa])[^.]{0,30}(?:tent"
    r"|novamente)"
    r"|entrega[^.]{0,40}(?:atras|adiad)",
    r"nog niet (?:afgeleverd|bezorgd|besteld)|(?:opnieuw|blijven)[^.]{0,20}(?:prober|pogingen)"
    r"|vertraagd",
    r"(?:ещ[её]|пока) не (?:доставлен|было доставлен)|(?:попытки|попытка)[^.]{0,40}(?:продолж"
    r"|повтор|будут)"
    r"|(?:доставка)[^.]{0,40}(?:задерж|отлож)|повторн\w{1,20} попыт|будет продолж",
    r"(?:سي(?:حاول|تم)|سنواصل|سنستمر)[^.]{0,40}(?:مرة أخرى|المحاولة|إعادة)"
    r"|لم يتم تسليم[^.]{0,40}(?:حتى الآن|بعد)|تأخ[رّي]\w{0,20}",
    r"(?:将|會|会|將)(?:继续|繼續|自动|自動)?(?:尝试|嘗試|重试|重試|重新)|(?:投递|投遞|发送|傳送)(?:延迟|延遲|被延)|尚未(?:送达|送達|投递|投遞)",
    r"(?:再送|再配信|配信)(?:を(?:試み|続け|継続)|が遅れ|遅延)|まだ(?:配信|配送)|しばらく.{0,20}再|遅延して",
    r"계속 (?:시도|재시도)|다시 시도할|지연|아직 (?:배달|전송|전달)되지",
    # What goes on for some time
    r"noch \d{1,3} (?:stunden|tage)|(?:nog|opnieuw)[^.]{0,20} (?:uur|opnieuw)|повторять попытки"
    r"|ponawia|内(?:继续)?重试|내에?[^.]{0,20}다시 시도|다시 시도합니다|tekrar dene[yn]"
    r"|f[öo]rs[öo]ker igen"
    r"|سيعيد[^.]{0,30}المحاولة|pr[øo]ver igen|yritt[äa][äa] uudelleen",
    # Others
    r"(?:[äa]nnu|endnu|enn[åa]|fortfarande|fremdeles)[^.]{0,20} (?:inte|ikke)"
    r"|(?:inte|ikke)[^.]{0,30} (?:[äa]nnu|endnu|enn[åa])|f[öo]rsenad|forsinket"
    r"|(?:fors[öo]k|fors[øo]g)[^.]{0,40}forts[äa]tt|forts[äa]tt(?:er|a)[^.]{0,30}f[öo]rs[öo]k",
    r"(?:ei ole|vie?l[äa])[^.]{0,30}viel[äa] toimit|viiv[äa]st",
    r"(?:jeszcze|dot[ąa]d) nie[^.]{0,20} dostarcz|nie[^.]{0,30} jeszcze[^.]{0,20} dostarcz"
    r"|op[óo][źz]ni|pr[óo]by[^.]{0,40}(?:kontynu|ponawia|podejmow)",
    r"(?:dosud|zat[ií]m|zatia[ľl]|doteraz)[^.]{0,20} ne(?:byla?|bola?)|(?:je|bylo?|bol[ao]?)"
    r" (?:opo[žz]d|zpo[žz]d|oneskoren)|pokus[^.]{0,40}(?:pokra[čc]|opakov)",
    r"m[ée]g nem[^.]{0,20} k[ée]zbes|k[ée]sik|k[ée]sedelem|tov[áa]bb pr[óo]b",
    r"hen[üu]z[^.]{0,40}(?:teslim|ilet)|gecik|denemeler[^.]{0,20} devam|tekrar denenecek",
    r"(?:[îi]nc[ăa]|deocamdat[ăa]) nu[^.]{0,20}livrat|[îi]nt[âa]rzi|jo[šs] nij?e[^.]{0,20}isporu"
    r"|kasni|(?:все ще|ще) не[^.]{0,30}доставлен|затрим|забав[ие]|все още не",
    r"καθυστερ|δεν έχει (?:ακόμη )?παραδοθεί ακόμ|עיכוב|טרם נמסר|ล่าช้า|b[ịi] tr[ìi] ho[ãa]n"
    r"|tertunda|encara no[^.]{0,30}lliur|(?:est[àa]|s'ha) (?:endarrer|ajorn)",
)
"""It has not arrived yet, and the server goes on trying."""

SURELY_DELAYED = _any(
    r"warning (?:message )?only|(?:do|does|need) not (?:need to )?re-?send"
    r"|no need to re-?send|\(delay\)",
    r"will be re-?tried|will re-?try|will (?:keep trying|try again)|has been (?:delayed|postponed)",
    r"attempts (?:to deliver \w{1,20} )?will (?:continue|be made)"
    r"|^(?:mail |delivery |message )?delay(?:ed)?\b",
)
"""It goes on trying, whatever a reply that it quotes says."""

PERMANENT = _any(
    r"(?<!not a )(?<!no )\bpermanent(?:ly)? (?:delivery )?(?:fail|error|fatal|problem|undeliver"
    r"|reject)",
    r"failed permanently|(?<!non-)fatal errors?",
)
"""It calls the failure a permanent one."""

FINAL = _any(
    r"failed permanently|(?:i've|have|has|am|is|are|i'm) (?:now )?giv(?:en|ing) up"
    r"|\bgave up",
    r"not (?:going to|be(?:ing)?) (?:re-?tr|try|tried|attempt)|\b(?:will|wo|can|could)(?: ?not"
    r"|n't) (?:be )?(?:re-?tried|retry|try again)",
    r"no (?:further|more|other|longer)[^.]{0,20}(?:attempt|tries|retr|be (?:re-?tried|attempted))",
    r"(?:stopped|abandoned|ceased) (?:trying|attempt|delivery)|(?:retry|time) ?-?(?:limit"
    r"|timeout|out)? (?:has been |was )?exceeded",
    r"(?:been|was) in the queue too long|message (?:has )?expired|delivery time expired"
    r"|maximum (?:delivery|retry|number)",
    r"(?:could|can|was|were|is|been)(?: ?not|n't)[^.]{0,40}for (?:the last "
    r"|more than )?\d+(?:\.\d+)? days?",
    r"(?:message|mail|it) (?:has been|was|is being) (?:returned|rejected|refused|bounced|deleted"
    r"|cancelled)",
    r"erreur d[ée]finitive|d[ée]finitivement|abandonn[ée]|permanenter? fehler|endg[üu]ltig"
    r"|dauerhaft|aufgegeben",
    r"definitivamente|error permanente|errore permanente|erro permanente|rinuncia|desist"
    r"|definitief|окончательн|больше не",
    r"keine[nr]? (?:weiter|erneut)\w{0,20} \w{0,3}versuch"
    r"|nicht (?:weiter|erneut|noch einmal) versuch"
    r"|ne (?:va pas |sera pas )?(?:tentera|r[ée]essa|retent)"
    r"|no (?:se )?(?:volver|intentar|reintent)"
    r"|non (?:riprover|ritenter|tenter|verr)|n[ãa]o (?:tentar|ser[áa] (?:feit|tentad))"
    r"|niet (?:opnieuw|meer) (?:prober|bezorg)|не будет (?:пыта|предприн|повтор|пробов)",
    r"再(?:配信|送信|試行)(?:は|を)?(?:行いません|行われません|しません|試みません)"
    r"|(?:将|將)?不(?:会|會|再)?(?:再|重新)?(?:尝试|嘗試|重试|重試)(?:重新|再)?"
    r"|다시 (?:시도|배달)하지 않",
    r"прекращен|نهائي|永久|放弃|放棄|不再|断念|恒久的|영구",
)
"""The server has stopped trying, whatever else it says."""

NOTIFIED = _any(
    r"notified (?:if|when|should)|notify you (?:if|when)|benachrichtigt|averti|inform[ée]e? si",
    r"notific(?:aci[óo]n|ar[áa]|ad[oa]|hera|a) s[ie]|melding als|bericht als|уведомл|сообщим",
    r"powiadom|meddelas|varslet|ilmoit|bilgilendir|haberdar|إعلام|إشعار|通知|お知らせ|알려|알림",
)
"""A sentence that says what will be told if it fails, and not that it has."""

FAILED = _any(
    # English
    r"undeliver(?:able|ed)|not deliverable|delivery (?:has )?(?:fail|unsuccess|not possible"
    r"|impossible|was aborted|to the following)",
    r"(?:was|were|is|are|be|been|being|has|have|could|can|will|did|do|does)(?: ?not|n't)[^.]{0,60}?"
    r"(?:deliver|reach|receiv|sent|send|accept|arriv|forward|relay|process|complete|find|found"
    r"|exist|route)",
    r"(?:unable|fail(?:ed|ure)?|not able|inability|impossible)[^.]{0,10}(?: to| in| while"
    r"| when)[^.]{0,40}"
    r"(?:deliver|send|reach|connect|relay|forward|process|transmit|contact)",
    r"(?:deliver|send|transmi|rout|mail)[^.]{0,60}(?:fail|error|problem|unsuccess|reject"
    r"|refus|abort)",
    r"(?:fatal|permanent|delivery|smtp|transfer|addressing) (?:fatal )?error"
    r"|error[^.]{0,30}(?:deliver|sending|occurred)",
    r"(?:has|have|was|were|been|being) (?:returned|bounced)|encountered an error|processing error"
    r"|(?:return(?:ed|ing)|bounced|rejected|refused|blocked) (?:to|mail|message|by|your|as)"
    r"|(?:was|been|is) (?:rejected|refused|blocked|bounced|stopped|discarded)|failed delivery"
    r"|\btoo (?:large|big)\b",
    r"(?:user|recipient|mailbox|address|account|host|domain|name)[^.]{0,40}(?:unknown"
    r"|not (?:found|known|recogni|exist|valid|listed)"
    r"|invalid|disabled|discontinued|inactive|unavailable|suspended|closed|expired|doesn't"
    r"|does not|is full|over)",
    r"(?:server|host)[^.]{0,60}(?:not|n't) (?:answer|respond|reply)",
    r"(?:may|might) not (?:exist|be valid)|not an? (?:valid|known|active)"
    r"|\bno (?:mail ?box|user|account|recipient)\b[^.]{0,20}\b(?:here|name|exists?|found)\b",
    r"(?:unknown|invalid|no such|unrouteable|bad|incorrect|illegal|nonexistent|non-existent"
    r"|disabled|inactive)[^.]{0,20}"
    r"(?:user|recipient|mailbox|address|account|domain|host|person|name|destination)",
    r"(?:over|exceed\w{0,20}|full|out of|insufficient|not enough)[^.]{0,30}(?:quota|mailbox|storage"
    r"|disk|space|limit)|mailbox[^.]{0,20}full",
    r"(?:quota|storage|mailbox)[^.]{0,30}(?:exceed|full|over)|access denied|relay(?:ing)? denied|"
    r"not (?:accepting|allowed|permitted|authori[sz]ed)",
    r"(?:failed|invalid|rejected|bad|undeliverable) (?:recipient|address)|failed addresses"
    r"|did not match",
    # French
    r"(?:n'a|n'ont|ne peut|n'est|n'existe|ne sont|n'avons|pas)[^.]{0,60}(?:remis|distribu|livr"
    r"|[ée]t[ée]|parven|achemin|envoy|exist|trouv|joign|d[ée]livr)",
    r"[ée]chec|impossible (?:de|d')|non[- ]remis|non distribu|introuvable"
    r"|destinataire[^.]{0,30}(?:inconnu|incorrect|invalide|refus)"
    r"|(?:adresse|bo[îi]te)[^.]{0,40}(?:inconnu|pleine|satur|inexist|invalide|erron|d[ée]sactiv)"
    r"|quota d[ée]pass|a [ée]t[ée] (?:refus|rejet)",
    # German
    r"(?:nicht|konnte\w{0,20} nicht|leider nicht)[^.]{0,60}(?:zugestellt|zustellen|zustellbar"
    r"|[üu]bermittelt|ausgeliefert|gesendet|gefunden|erreich|angenommen|versand)",
    r"unzustellbar|zustell(?:ung|ungs|fehler)[^.]{0,30}(?:fehl|gescheitert|nicht|abgelehnt)?"
    r"|fehlgeschlagen|unbekannt|existiert nicht|"
    r"(?:postfach|mailbox|konto)[^.]{0,30}(?:voll|[üu]berf[üu]llt|gesperrt|deaktiviert|nicht)"
    r"|(?:empf[äa]nger|adresse)[^.]{0,40}(?:ung[üu]ltig|abgelehnt|unbekannt|existiert)"
    r"|wurde (?:abgelehnt|abgewiesen|zur[üu]ckgewiesen)",
    # Spanish
    r"no (?:se )?(?:pudo|ha podido|puede|ha sido|fue|pudimos|hemos podido|han? sido|existe"
    r"|es posible|lleg[óo]|encontr)[^.]{0,60}",
    r"(?:error|fallo|fall[óo]|problema)[^.]{0,30}(?:entreg|env[íi]|al )"
    r"|destinatario[^.]{0,40}(?:desconoc|inexist|inv[áa]lid|rechaz)"
    r"|(?:buz[óo]n|cuenta|direcci[óo]n)[^.]{0,40}(?:llen|complet|inexist|desconoc|no |inv[áa]lid"
    r"|desactiv|superad)|rechazad|devuelto",
    # Italian
    r"non (?:[èe] stat|[èe] possibile|pu[òo]|ha potuto|sono|siamo|esiste|risulta)[^.]{0,60}",
    r"impossibile (?:recapit|consegn|inviar|inoltr)|mancat[ao] (?:recapito|consegna)|(?:casella"
    r"|utente|indirizzo|destinatario)"
    r"[^.]{0,40}(?:pien|sconosciut|inesistent|non |errat|disabilitat|rifiutat)"
    r"|(?:consegna|recapito)[^.]{0,20}(?:fallit|non riuscit)",
    # Portuguese
    r"n[ãa]o (?:foi|p[ôo]de|pode|conseguiu|conseguimos|existe|foram|est[áa])[^.]{0,60}",
    r"falha[^.]{0,30}(?:entreg|envi|ao)|falhou|(?:caixa|usu[áa]rio|utilizador|endere[çc]o|conta"
    r"|destinat[áa]rio)[^.]{0,40}"
    r"(?:chei|desconhecid|inexist|inv[áa]lid|n[ãa]o|desativ|lotad)|devolvid|rejeitad|recusad",
    # Dutch
    r"niet[^.]{0,40}(?:afgeleverd|bezorgd|besteld|verzonden|gevonden|bereikt|bestaat|worden)"
    r"|onbestelbaar|mislukt|"
    r"(?:postvak|mailbox)[^.]{0,20}vol|onbekend|bestaat niet|geweigerd",
    # Russian
    r"не (?:было |может быть |удалось |удаётся |смог\w{0,20} |могло быть |был[оа]? )?(?:доставл"
    r"|доставить|отправ|найден|существу|принят)",
    r"недоставлен|(?:ящик|почтов\w{1,20})[^.]{0,40}(?:переполн|не существ|заблок|отключ|недоступ)"
    r"|(?:пользователь|получатель|адрес\w{0,20})[^.]{0,40}"
    r"(?:не найден|не существ|неизвест|отклон|неверн|нет)|отклонен|отклонён"
    r"|ошибк\w{1,20} (?:при )?доставк|невозможно доставить",
    # Arabic
    r"تعذر|فشل|لم (?:يتم|يصل|نتمكن|يكن)[^.]{0,40}(?:تسليم|توصيل|إرسال|العثور|ممكن)|غير (?:موجود"
    r"|معروف|صحيح|صالح|قابل)|ممتلئ|مرفوض",
    # Chinese, Japanese, Korean
    r"(?:无法|無法|未能|不能|没有|沒有)(?:被|将|將|向.{0,20})?"
    r"(?:投递|投遞|送达|送達|发送|傳送|递送|遞送|传递|傳遞|传送|寄|成功|找到|到达|到達)"
    r"|退信|退回|(?:投递|投遞|发送|傳送|传递|傳遞|传送|递送|发信|寄送).{0,20}?(?:失败|失敗)"
    r"|(?:不存在|已满|已滿|拒绝|拒絕|被拒|已停用|超过|超出).{0,20}|用户(?:不存在|未知)|收件人.{0,20}(?:不存在|错误|有误|拒)",
    r"(?:配信|配送|送信|お届け|送達|届け)(?:.{0,20})(?:できません|できな|失敗|エラー|ませんでした|不能)|(?:見つかり|存在し)ません|宛先不明"
    r"|容量.{0,20}(?:超|いっぱい|オーバー)"
    r"|受信.{0,20}(?:拒否|できません)|届きません",
    r"(?:전송|배달|발송|전달)[^.]{0,20}(?:실패|못|않|수 없)|존재하지 않"
    r"|수신[^.]{0,10}거부|용량[^.]{0,10}초과|반송",
    # Others
    r"(?:kunde|kan|gick|levererades) (?:inte|ej)|hitta(?:s|de)s? inte"
    r"|lever\w{1,20} misslyck|(?:kunne|kan|ble|blev) ikke[^.]{0,30}(?:lever|send|find|finn)"
    r"|lever\w{1,20} mislyk|(?:ei (?:voi|voitu|ole|l[öo]y))[^.]{0,30}|toimitus ep[äa]onnistui",
    r"nie (?:mo[żz]na|zosta[łl]|uda[łl]o|mog[łl])[^.]{0,40}(?:dostarcz|odnale)"
    r"|nie (?:powiod|istnieje)"
    r"|nelze doru[čc]it|neby[lo]\w? (?:doru[čc]en|nalezen|mo[žz]n)|nemohl"
    r"|neexistuje|nezda[řr]il|zlyhal|sa nena[šs]"
    r"|nem (?:k[ée]zbes|siker|tal[áa]lhat)|k[ée]zbes[íi]thetetlen",
    r"teslim (?:edilemedi|edilmedi|ba[şs]ar[ıi]s[ıi]z)|ula[şs]t[ıi]r[ıi]lamad[ıi]|bulunamad[ıi]"
    r"|nu a (?:reu[șs]it|fost|putut)|nij?e (?:uspje|uspe|isporu|prona|mogu)|не (?:може|вдалося"
    r"|знайдено)[^.]{0,40}|неуспешн|не е (?:намерен|доставен)",
    r"απέτυχε|δεν (?:παραδόθηκε|βρέθηκε|ήταν δυνατ)|נכשל|לא (?:ניתן|נמצא|נמסר)"
    r"|ล้มเหลว|ไม่(?:สามารถ|พบ)"
    r"|kh[ôo]ng (?:g[ửu]i|t[ìi]m th[ấa]y|th[ểe])|gagal|tidak (?:dapat|ditemukan|terkirim)"
    r"|no s'ha (?:pogut|trobat|lliurat)",
)
"""It did not arrive."""

NOT_DELIVERED = _any(
    r"undeliver(?:able|ed)|non-?delivery|(?:not|n't|unable|fail"
    r"|impossible)[^.]{0,60}(?:deliver|reach)",
    r"deliver[^.]{0,60}(?:fail|not possible|unsuccess|error)|(?:has been|was) (?:returned"
    r"|rejected)",
    r"(?:n'a|n'ont|pas|non|impossible)[^.]{0,60}(?:remis|distribu|livr|d[ée]livr|achemin)",
    r"nicht[^.]{0,60}(?:zugestellt|zustell|[üu]bermittelt)|unzustellbar",
    r"\bn[oã]o? [^.]{0,60}(?:entreg|enviad)|non [^.]{0,60}(?:recapit|consegn)"
    r"|impossibile (?:recapit|consegn)",
    r"niet [^.]{0,40}(?:afgeleverd|bezorgd)|(?:не|невозможно)[^.]{0,40}достав|تعذر"
    r"|لم يتم[^.]{0,20}تسليم",
    r"无法投递|无法送达|無法投遞|無法送達|退信|投递失败|未能.{0,20}(?:递送|传递)"
    r"|配信できません|送信できません|お届けできません|[전발]송에? ?실패",
    r"(?:inte|ikke) [^.]{0,30}lever|nie [^.]{0,40}dostarcz|teslim edil[em]{2}",
)
"""It says in so many words that a message was not delivered."""

ARRIVED = _any(
    r"successful(?:ly)? (?:mail )?(?:deliver|relay)|(?:message|mail) delivered to\b"
    r"|\bdelivery [^.]{0,40} is complete",
    r"(?:was|were|(?<!not )(?<!n't )(?<!yet )been) (?:successfully )?(?:delivered|relayed)\b"
    r"(?! for)",
    r"(?:wurden?|worden|ist|sind) [^.]{0,60}(?:zugestellt|ausgeliefert)|zustellung [^.]{0,9}erfolg",
    r"(?:a|ont) (?:bien )?[ée]t[ée] (?:bien )?(?:remis|distribu|d[ée]?livr)",
    r"se (?:ha )?entreg(?:[óo]|ado)\b|(?:ha sido|fue) entregad|foi entregue"
    r"|[èe] stat[oa] (?:\w{1,20} )?(?:recapitat|consegnat)",
    r"(?:is|werd) [^.]{0,30}(?:bezorgd|afgeleverd)|\bzosta[łl]\w? [^.]{0,20}dostarczon"
    r"|(?:har|blev|er) [^.]{0,20}lever(?:er|a)?[et]t?\b|\bon toimitettu"
    r"|\bbyla? (?:[^.]{0,20} )?doru[čc]en",
    r"\bдоставлен[оы]?\b|teslim edildi\b|(?<!ي)تم (?:بنجاح )?(?:تسليم|توصيل)",
    r"(?<![未没沒不能法有])(?:已|成功)(?:经|成功)?(?:送达|送達|投递|投遞)|(?:配信|配送)(?:され|し)ました|お届けしました"
    r"|(?:전송|배달|전달)(?:되었|됐)습니다",
)
"""It arrived; NOT_DELIVERED is asked too, for whoever says both."""

NEARLY = _any(
    r"(?:nearly|almost|close to|approaching|9\d ?%)[^.]{0,30}(?:full|quota|limit)",
    r"presque plein|bient[ôo]t pleine|(?:fast|beinahe) voll|casi llen|quasi pien|quase chei",
    r"bijna vol|prawie pe[łl]n|почти (?:заполнен|полон)|neredeyse dolu|(?:即将|快|將)[满滿]"
    r"|ほぼ(?:一杯|いっぱい|満)",
)
"""A mailbox takes mail still, and will not for long."""

PASSING = _any(
    r"quota|\bis full\b|exceed\w{0,20} [^.]{0,20}(?:size|limit)"
    r"|mailbox[^.]{0,30}\bfull|\bfull\b[^.]{0,20}mailbox|(?:disk|storage"
    r"|mailbox)[^.]{0,20}(?:space|limit|full)|insufficient|out of space",
    r"temporar(?:y|ily)|try (?:again )?later|try (?:it )?again|busy|time[d -]?out"
    r"|too many (?:messages|connections|recipients|errors)",
    r"no (?:answer|route|connection)|connection (?:refused|reset|lost|dropped|timed)|(?:server"
    r"|host)[^.]{0,20}(?:down|unavailable)|(?:not|n't) (?:answer|respond|reply)"
    r"|unreachable|could not connect|unable to connect|grey-?list|resources|not been collected"
    r"|rate limit",
    r"expired|too long in|retry time",
    r"quota|pleine|satur[ée]|temporaire|ult[ée]rieur|occup|voll\b|[üu]berf[üu]llt"
    r"|vor[üu]bergehend|sp[äa]ter|zeit[üu]berschreitung",
    r"llen[oa]|completo|temporal|m[áa]s tarde|pien[ao]|pe[łl]n[ay]|temporane"
    r"|pi[ùu] tardi|chei[ao]|lotad"
    r"|tempor[áa]ri|mais tarde|\bvol\b|tijdelijk",
    r"переп[ое]|квот|временн|тимчасов|przepe[łl]n|pln[áa]|megtelt|позже|ممتلئ|مؤقت|لاحق|已满|已滿|配额|配額|空间不足|容量|暂时|暫時|稍后|稍後|一時的|しばらく|초과|일시",
    r"\bcuota|\bcota\b|ersch[öo]pft|tymczasow|一杯|いっぱい|満杯|가득|\bdolu\b|\bkota|ge[çc]ici|fulde?\b|fullt\b"
    r"|t[äa]ynn[äa]|betelt|γεμάτ|πλήρες|מלאה|\bđầy\b|penuh|เต็ม|plin[ăa]\b|\bpun\b",
    r"midlertidig|tillf[äa]llig|v[äa]liaikai|do[čc]asn|ideiglenes|[áa]tmeneti|privremen|προσωριν"
    r"|זמנית?|tạm thời|sementara|ชั่วคราว",
)
"""Why a failure may pass: judged only where no code says it."""
