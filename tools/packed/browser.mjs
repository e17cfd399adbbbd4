/** Runs the forward pass in a page, and tells the server that served it how it went. */
import { expected, forward } from './forward.mjs';

function verdict(actual) {
  return JSON.stringify(actual) === JSON.stringify(expected) ? 'ok' : `wrong: ${JSON.stringify(actual)}`;
}

forward()
  .then(verdict, (error) => `${error.stack ?? error}`)
  .then((result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) }));
