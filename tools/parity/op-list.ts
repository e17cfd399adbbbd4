/**
 * The operations that everyday models use, by topic: names in camelCase, each PyTorch's own, or with PyTorch's names after a
 * colon where it stands for several or is spelled in another way. Coverage of this list is a row of its own.
 */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  'pointwise mathematics': [
    ...words(`abs absolute acos acosh add addcdiv addcmul arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh
      atan atan2 atanh ceil clamp clip copysign cos cosh deg2rad digamma div divide erf erfc erfinv exp exp2 expm1 fix
      floatPower floor floorDivide fmax fmin fmod frac frexp gcd heaviside hypot i0 igamma igammac lcm ldexp lerp lgamma
      log log10 log1p log2 logaddexp logaddexp2 logit maximum minimum mul multiply mvlgamma nanToNum neg negative
      nextafter polygamma positive pow rad2deg reciprocal remainder round rsqrt sgn sigmoid sign signbit sin sinc sinh
      sqrt square sub subtract tan tanh trueDivide trunc xlogy`),
    ...words('bitwiseAnd bitwiseOr bitwiseXor bitwiseNot bitwiseLeftShift bitwiseRightShift'),
  ],
  'comparison and logic':
    words(`eq ne lt le gt ge greater greaterEqual less lessEqual notEqual isclose allclose equal isnan
    isinf isfinite isposinf isneginf isin logicalAnd logicalOr logicalXor logicalNot where`),
  reductions:
    words(`sum mean prod amax amin max min argmax argmin all any var std varMean stdMean median nanmedian quantile
    nanquantile mode countNonzero nansum nanmean aminmax norm logsumexp dist`),
  'along an axis':
    words(`cumsum cumprod cummax cummin logcumsumexp diff sort argsort msort topk kthvalue unique
    uniqueConsecutive searchsorted bucketize histc bincount trapezoid cumulativeTrapezoid`),
  'linear algebra': [
    ...words(`matmul mm bmm addmm addbmm baddbmm addmv addr dot vdot inner outer mv einsum tensordot kron cdist cross
      inverse det logdet slogdet cholesky svd tril triu trilIndices triuIndices trace matrixPower`),
    'solve: torch.linalg.solve',
    'qr: torch.linalg.qr',
    'eigh: torch.linalg.eigh',
    'diag family: torch.diag torch.diagonal torch.diag_embed torch.diagflat torch.diagonal_scatter',
  ],
  indexing: [
    ...words(`gather indexAdd indexCopy indexSelect maskedSelect nonzero scatter scatterAdd scatterReduce take takeAlongDim
      argwhere select narrow`),
    'indexing: torch.Tensor.__getitem__',
    'setIndex: torch.Tensor.__setitem__',
    'indexPut: torch.Tensor.index_put',
    'indexFill: torch.Tensor.index_fill',
    'maskedFill: torch.Tensor.masked_fill',
    'maskedScatter: torch.Tensor.masked_scatter',
  ],
  shapes: [
    ...words(`movedim moveaxis swapaxes swapdims rot90 roll tile repeatInterleave unflatten flatten meshgrid cartesianProd
      combinations broadcastTensors broadcastTo blockDiag tensorSplit split chunk unbind cat stack reshape permute transpose t
      squeeze unsqueeze flip fliplr flipud ravel asStrided`),
    'vstack family: torch.vstack torch.hstack torch.dstack torch.column_stack torch.row_stack torch.vsplit torch.hsplit torch.dsplit',
    'atleast: torch.atleast_1d torch.atleast_2d torch.atleast_3d',
    'unfold: torch.Tensor.unfold',
    'repeat: torch.Tensor.repeat',
    'expand: torch.Tensor.expand torch.Tensor.expand_as',
  ],
  'Fourier transforms': [
    ...words('stft istft bartlettWindow blackmanWindow hammingWindow hannWindow kaiserWindow'),
    ...['fft', 'ifft', 'rfft', 'irfft'].map(
      (name) => `${name} and n-dimensional: torch.fft.${name} torch.fft.${name}2 torch.fft.${name}n`,
    ),
    'others: torch.fft.hfft torch.fft.ihfft torch.fft.fftfreq torch.fft.rfftfreq torch.fft.fftshift torch.fft.ifftshift',
  ],
  'special functions':
    words(`entr erf erfc erfcx erfinv expit gammainc gammaincc gammaln i0 i0e i1 i1e logNdtr logit
    multigammaln ndtr ndtri polygamma psi sinc xlog1py xlogy zeta`).map(
      (name) => `${name}: torch.special.${snake(name)}`,
    ),
  'random numbers': [
    ...words(
      'bernoulli multinomial normal poisson rand randLike randint randintLike randn randnLike randperm manualSeed',
    ),
    'exponential: torch.distributions.Exponential',
    'gumbel: torch.distributions.Gumbel',
  ],
  distributions: [
    `families: ${words(`Bernoulli Beta Binomial Categorical Cauchy Dirichlet Exponential Gamma Geometric Gumbel Laplace
      LogNormal Multinomial MultivariateNormal Normal OneHotCategorical Poisson StudentT Uniform`)
      .map((name) => `torch.distributions.${name}`)
      .join(' ')}`,
    'KL: torch.distributions.kl_divergence',
    'transforms: torch.distributions.TransformedDistribution torch.distributions.AffineTransform torch.distributions.ExpTransform torch.distributions.SigmoidTransform torch.distributions.TanhTransform',
  ],
};

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** PyTorch's qualified names of all entries, once each. */
export function opList(): readonly string[] {
  const names = Object.values(TOPICS).flatMap((entries) =>
    entries.flatMap((entry) =>
      entry.includes(':') ? words(entry.split(':')[1]) : [`torch.${snake(entry)}`],
    ),
  );
  return [...new Set(names)];
}
