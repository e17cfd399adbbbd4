/** What is missing here and what that means, and what went wrong, as sentences above everything else. */

import { byId } from './elements.ts';

const list = byId('notices', HTMLUListElement);

/** Adds a notice under a key; the same key again takes its place. */
export function notice(key: string, text: string, urgent = false): void {
  const item = list.querySelector<HTMLLIElement>(`[data-key="${key}"]`) ?? document.createElement('li');
  item.dataset.key = key;
  if (urgent) item.setAttribute('role', 'alert');
  item.textContent = text;
  list.append(item);
  list.hidden = false;
}

export function withdrawNotice(key: string): void {
  list.querySelector(`[data-key="${key}"]`)?.remove();
  list.hidden = list.childElementCount === 0;
}

/** Without isolation there is no shared memory, and without that only one thread. */
export function checkIsolation(): void {
  if (crossOriginIsolated) return;
  const secure = isSecureContext ? '' : ' Isolation also takes https, or localhost.';
  notice(
    'isolation',
    'This page is not cross-origin isolated, so the CPU works on one thread only. Serve it with the headers ' +
      `Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.${secure}`,
  );
}
