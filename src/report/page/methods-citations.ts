/** The works that methods cite. */
const WORKS = {
  course: 'Stanford CS231n, assignment 2, BatchNormalization.ipynb',
  cifar: 'A. Krizhevsky, Learning multiple layers of features from tiny images (2009)',
  batchnorm: 'S. Ioffe and C. Szegedy, Batch normalization (2015), arXiv 1502.03167',
  layernorm: 'J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization (2016), arXiv 1607.06450',
  rmsnorm: 'B. Zhang and R. Sennrich, Root mean square layer normalization (2019), arXiv 1910.07467',
  groupnorm: 'Y. Wu and K. He, Group normalization (2018), arXiv 1803.08494',
  he: 'K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers (2015), arXiv 1502.01852',
  xavier:
    'X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks (2010)',
  rmsprop: 'T. Tieleman and G. E. Hinton, Lecture 6.5: rmsprop (2012)',
  adam: 'D. P. Kingma and J. Ba, Adam (2015), arXiv 1412.6980',
  student: 'Student, The probable error of a mean, Biometrika 6 (1908), 1',
} as const;

/** Cites a work: ` [2]`. Works are numbered in the order in which they are first cited. */
export type Cite = (work: keyof typeof WORKS) => string;

export function citations(): { readonly cite: Cite; readonly works: () => string[] } {
  const cited: (keyof typeof WORKS)[] = [];
  return {
    cite: work => {
      if (!cited.includes(work)) cited.push(work);
      return ` [${cited.indexOf(work) + 1}]`;
    },
    works: () => cited.map(work => WORKS[work]),
  };
}
