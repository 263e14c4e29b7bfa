import { byId, setText } from './elements.js';

/** A script to copy. The page cannot send the message itself: it has no secret key to sign with. */
export class FirstMessage {
  #details = byId('first-message');
  #script = byId('first-message-script');
  #wasEmpty;

  constructor({ words, tell, warn }) {
    byId('copy-first-message').addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(this.#script.textContent);
        tell(words.say('copied'));
      } catch {
        getSelection().selectAllChildren(this.#script);
        warn(words.say('notCopied'));
      }
    });
  }

  /** Open while there is nothing else to see, and as it is left after that. */
  show({ accounts }, isEmpty) {
    setText(this.#script, script(accounts[0].appId));
    if (isEmpty !== this.#wasEmpty) this.#details.open = isEmpty;
    this.#wasEmpty = isEmpty;
  }
}

function script(appId) {
  const url = new URL('inter/sendSingleIMS', document.baseURI);
  return `app_id=${quoted(appId)} secret_key='YOUR-SECRET-KEY'
# On macOS: md5 instead of md5sum
timestamp=$(TZ=Asia/Shanghai date +%Y%m%d%H%M%S)
sign=$(printf '%s' "$app_id$secret_key$timestamp" | md5sum | cut -c1-32)
curl -s ${quoted(url.href)} --data-binary @- <<JSON
{ "appId": "$app_id", "timestamp": "$timestamp", "sign": "$sign",
  "mobile": "0061422118000", "content": "Hello", "customImsId": "first-1" }
JSON
`;
}

/** For a shell. */
function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
