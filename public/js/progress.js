// Keeps the bars of partials/progress-bar.ejs current from a stream of server-sent events. Without it the page reloads by itself (meta refresh).
const WORDS = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  stopped: 'Stopped',
  failed: 'Failed',
};
const KINDS = { waiting: 'off', running: 'busy', done: 'ok', stopped: 'notice', failed: 'danger' };

const say = (number) => window.formatNumber(Math.round(number));

function pace({ state, perSecond, secondsLeft }) {
  if (state !== 'running') return '';
  const left =
    secondsLeft < 60 ? `${Math.max(1, Math.round(secondsLeft))} s` : `${Math.round(secondsLeft / 60)} min`;
  return [perSecond && `${say(perSecond)} a second`, secondsLeft && `about ${left} left`]
    .filter(Boolean)
    .join(' · ');
}

function show(list, stage) {
  const row = list.querySelector(`[data-stage="${CSS.escape(stage.key)}"]`);
  if (!row) return;
  row.dataset.state = stage.state;
  const bar = row.querySelector('progress');
  bar.max = stage.total || 1;
  if (stage.state === 'running' && !stage.total) bar.removeAttribute('value');
  else bar.value = stage.state === 'done' ? bar.max : (stage.done ?? 0);
  const part = (name) => row.querySelector(`[data-part="${name}"]`);
  const of = stage.total ? ` of ${say(stage.total)}` : '';
  const isCounted = stage.state !== 'waiting' && stage.done !== undefined;
  part('numbers').textContent = isCounted ? `${say(stage.done)}${of}` : '';
  part('pace').textContent = pace(stage);
  part('status').textContent = WORDS[stage.state];
  part('status').className = `status status-${KINDS[stage.state]}`;
}

for (const list of document.querySelectorAll('[data-progress-url]')) {
  const source = new EventSource(list.dataset.progressUrl);
  const take = (event) => {
    for (const stage of JSON.parse(event.data).stages ?? []) show(list, stage);
  };
  source.addEventListener('progress', take);
  source.addEventListener('done', (event) => {
    source.close();
    take(event);
    // The server tells the end in a sentence, with a link to the log.
    location.reload();
  });
}
