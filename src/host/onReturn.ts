import { type Disposable, window } from 'vscode';

/** Away for so long, the person may have done anything to the files, ms. */
const LONG_AWAY = 10 * 60_000;

/** Acts when the window has the focus again after a long time: a watcher may have missed something, and does not say so. */
export function onReturn(act: () => void): Disposable {
  let leftAt: number | undefined;
  return window.onDidChangeWindowState(({ focused }) => {
    if (focused && leftAt !== undefined && Date.now() - leftAt > LONG_AWAY) act();
    leftAt = focused ? undefined : (leftAt ?? Date.now());
  });
}
