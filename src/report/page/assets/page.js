// Makes the finished page answer: values under the pointer, curves that hide, logarithmic y, tables that sort. Without it, charts
// and tables are all there.
(() => {
  for (const figure of document.querySelectorAll('figure.chart')) {
    const data = JSON.parse(figure.querySelector('script').textContent);
    const hidden = new Set();
    let view = 'linear';
    wireLegend(figure, data, hidden);
    wireScale(figure, next => {
      view = next;
    });
    wireReadout(figure, data, hidden, () => view);
  }
  for (const table of document.querySelectorAll('table.sortable')) wireSorting(table);

  function wireLegend(figure, data, hidden) {
    for (const button of figure.querySelectorAll('button[data-series]')) {
      const index = Number(button.dataset.series);
      button.disabled = data.series.length < 2;
      button.addEventListener('click', () => {
        const show = hidden.delete(index);
        if (!show) hidden.add(index);
        button.setAttribute('aria-pressed', String(show));
        for (const curve of figure.querySelectorAll(`g[data-series="${index}"]`))
          curve.setAttribute('visibility', show ? 'visible' : 'hidden');
      });
    }
  }

  function wireScale(figure, choose) {
    const button = figure.querySelector('.scale');
    if (!button) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const log = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(log));
      for (const each of figure.querySelectorAll('[data-view]'))
        each.hidden = each.dataset.view !== (log ? 'log' : 'linear');
      choose(log ? 'log' : 'linear');
    });
  }

  function wireReadout(figure, data, hidden, viewOf) {
    const views = figure.querySelector('.views');
    const readout = figure.querySelector('.readout');
    const { xs } = data;
    if (xs.length === 0) return;
    readout.textContent = 'Point at the chart to read its values.';
    const along = data.x.kind === 'log' ? Math.log10 : value => value;
    const [low, high] = data.x.domain.map(along);
    const [left, right] = data.x.range;
    const place = x => left + ((along(x) - low) / (high - low)) * (right - left);
    let current = -1;

    const show = index => {
      current = Math.max(0, Math.min(xs.length - 1, index));
      const x = xs[current];
      for (const cursor of figure.querySelectorAll('.cursor')) {
        cursor.setAttribute('x1', place(x));
        cursor.setAttribute('x2', place(x));
      }
      const values = data.series.flatMap((series, i) => (hidden.has(i) ? [] : valueAt(series, current, x)));
      readout.textContent = [`${data.xLabel} ${text(x === data.zeroAt ? 0 : x)}`, ...values].join(' · ');
    };
    const svg = () => views.querySelector(`[data-view="${viewOf()}"] svg`);
    views.addEventListener('pointermove', event => {
      const box = svg().getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * svg().viewBox.baseVal.width;
      const distances = xs.map(x => Math.abs(place(x) - at));
      show(distances.indexOf(Math.min(...distances)));
    });
    views.tabIndex = 0;
    views.setAttribute('role', 'group');
    views.setAttribute('aria-label', `${figure.querySelector('h3').textContent}: arrow keys read the values`);
    views.addEventListener('keydown', event => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -xs.length, End: xs.length }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      show(current < 0 && step > 0 && step < xs.length ? 0 : current + step);
    });
  }

  function valueAt({ name, y, low, high, means, diverged }, index, x) {
    const ended = diverged.includes(index) ? ' (diverged)' : '';
    if (y[index] === null) return ended ? [`${name}${ended}`] : [];
    const band = low?.[index] == null ? '' : ` (${text(low[index])} to ${text(high[index])})`;
    const mean = means && ` (epoch ${text(means.reduce((a, b) => (far(b, x) < far(a, x) ? b : a))[1])})`;
    return [`${name} ${text(y[index])}${band}${mean ?? ''}${ended}`];
  }

  function far([middle], x) {
    return Math.abs(middle - x);
  }

  function text(value) {
    const size = Math.abs(value);
    return value !== 0 && (size < 1e-3 || size >= 1e6)
      ? value.toExponential().replace('e+', 'e')
      : String(value);
  }

  function wireSorting(table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    for (const [column, head] of heads.entries()) {
      const button = head.querySelector('button');
      button.disabled = false;
      button.addEventListener('click', () => {
        const descending = head.getAttribute('aria-sort') === 'ascending';
        for (const each of heads) each.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        const sign = descending ? -1 : 1;
        const rows = [...body.rows].map(row => ({ row, key: keyOf(row, column) }));
        rows.sort((a, b) => compare(a.key, b.key, sign));
        body.append(...rows.map(({ row }) => row));
      });
    }
  }

  // A cell that spans several columns stands for each of them.
  function keyOf(row, column) {
    let at = 0;
    for (const cell of row.cells) {
      at += cell.colSpan;
      if (column < at) return cell.textContent;
    }
    return '';
  }

  // Numbers by size, before words; words by their letters.
  function compare(a, b, sign) {
    const [x, y] = [Number.parseFloat(a), Number.parseFloat(b)];
    if (Number.isNaN(x) && Number.isNaN(y)) return sign * (a < b ? -1 : a > b ? 1 : 0);
    if (Number.isNaN(x)) return 1;
    if (Number.isNaN(y)) return -1;
    return sign * (x - y);
  }
})();
