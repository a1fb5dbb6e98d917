/** What is expected of tables and charts, and of their styles. */
import { anyText, either, flag, having, list, number, oneOf, that, whole } from './values.ts';

const align = oneOf(['left', 'right']);

const columns = list(having({ head: anyText, align }), 'a list of columns');

const figure = having({ text: anyText, best: flag });

export const table = having({
  title: anyText,
  names: columns,
  figures: columns,
  groups: list(anyText.optional(), 'a list of titles'),
  rows: list(
    having({
      names: list(anyText, 'a list of texts'),
      groups: list(
        either('a list of figures, or a word', value =>
          typeof value === 'string'
            ? anyText
            : Array.isArray(value)
              ? list(figure, 'a list of figures')
              : undefined,
        ),
        'a list of groups',
      ),
    }),
    'a list of rows',
  ),
  notes: list(anyText, 'a list of texts'),
});

const point = having({ x: number, y: number, low: number.optional(), high: number.optional() });

const points = list(point, 'a list of points');

export const chart = having({
  title: anyText,
  xLabel: anyText,
  x: oneOf(['linear', 'log']),
  zeroAt: number.optional(),
  series: list(
    having({
      name: anyText,
      points,
      diverged: list(number, 'a list of numbers').optional(),
      means: points.optional(),
    }),
    'a list of series',
  ),
  unit: oneOf(['fraction', 'nats']).optional(),
  lines: list(having({ axis: oneOf(['x', 'y']), at: number, label: anyText }), 'a list of lines').optional(),
  clamp: that(
    'two finite numbers, the lower first',
    value =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1],
  ).optional(),
  notes: list(anyText, 'a list of texts').optional(),
});

const size = whole(0, 10_000);

export const tableStyle = having({ width: size, color: flag });

export const chartStyle = having({ width: size, height: size, color: flag });
