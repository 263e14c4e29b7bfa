import './styles/tokens.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/lists.css';
import './styles/pages.css';
import './styles/phone.css';
import { render } from 'preact';
import { App } from './shell/app.js';
import { startWatching } from './shell/watching.js';

startWatching();
render(<App />, document.getElementById('console')!);
