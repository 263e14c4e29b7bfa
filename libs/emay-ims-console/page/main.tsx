import './styles/tokens.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/lists.css';
import './styles/pages.css';
import './styles/phone.css';
import { render } from 'preact';
import { App } from './shell/app.js';
import { startWatching } from './shell/watching.js';

// Relative to where the page was loaded: from the address of the next page it would lead elsewhere.
for (const link of document.querySelectorAll<HTMLLinkElement>('link[href]')) link.href = new URL(link.href).href;

startWatching();
render(<App />, document.getElementById('console')!);
