/** Dropout layers: they drop in training and do nothing otherwise. */

import type { Tensor } from '@tenfold/tensor/base';
import { requireProbability } from '../functional/checks.ts';
import {
  alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout,
} from '../functional/dropout.ts'; // prettier-ignore
import { Module } from '../module/module.ts';
import { pythonFloat } from '../module/print.ts';

/** What the layers below have in common; they differ in what is dropped, and what takes its place. */
abstract class DropoutLayer extends Module {
  p: number;

  constructor(p = 0.5) {
    super();
    requireProbability(this.constructor.name, p);
    this.p = p;
  }

  /** The shape stays. */
  abstract override forward(input: Tensor): Tensor;

  override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}

/** Sets elements to zero with probability `p` and scales the others by `1 / (1 - p)`. As torch.nn.Dropout. */
export class Dropout extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return dropout(input, this.p, { training: this.training });
  }
}

/** Drops whole channels of `[N, C, L]` or `[C, L]`. As torch.nn.Dropout1d. */
export class Dropout1d extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return dropout1d(input, this.p, { training: this.training });
  }
}

/** Drops whole channels of `[N, C, H, W]`. As torch.nn.Dropout2d. */
export class Dropout2d extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return dropout2d(input, this.p, { training: this.training });
  }
}

/** Drops whole channels of `[N, C, D, H, W]` or `[C, D, H, W]`. As torch.nn.Dropout3d. */
export class Dropout3d extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return dropout3d(input, this.p, { training: this.training });
  }
}

/** Drops elements so that mean 0 and variance 1 are kept, for networks of SELU. As torch.nn.AlphaDropout. */
export class AlphaDropout extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return alphaDropout(input, this.p, { training: this.training });
  }
}

/** As AlphaDropout of whole channels of `[N, C, ...]`. As torch.nn.FeatureAlphaDropout. */
export class FeatureAlphaDropout extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, this.p, { training: this.training });
  }
}
