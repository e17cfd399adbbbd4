/** Deviations from PyTorch's signatures that are meant, and why. `*` stands for any letters, also none. */
import type { Deviation } from './compare-signatures.ts';
import { matches } from './exclusions.ts';

interface Meant {
  /** Qualified names of PyTorch. */
  readonly names: readonly string[];
  /** The parameters, in the spelling in which they are listed; all where there are none. */
  readonly parameters?: readonly string[];
  readonly reason: string;
}

/** Defaults that are written as what PyTorch's None stands for. */
const WHAT_NONE_MEANS = [
  ['stft', 'onesided'],
  ['istft', 'onesided'],
  ['calculate_gain', 'param'],
  ['pad', 'value'],
  ['as_strided*', 'storage_offset'],
  ['bincount', 'weights'],
  ['histogram', 'weight'],
  ['nan_to_num', 'nan'],
  ['affine_grid', 'align_corners'],
  ['grid_sample', 'align_corners'],
  ['meshgrid', 'indexing'],
  ['Adafactor', 'eps'],
  ['Muon', 'adjust_lr_fn'],
  ['PReLU', 'dtype'],
] as const;

const MEANT: readonly Meant[] = [
  {
    names: [
      '*.autocast',
      '*.detect_anomaly',
      '*.enable_grad',
      '*.inference_mode',
      '*.no_grad',
      '*.saved_tensors_hooks',
      '*.parametrize.cached',
    ],
    reason: 'takes the function to run, where Python has a `with` block',
  },
  { names: ['torch.arange'], parameters: ['step'], reason: 'it may be left out, and is 1 then' },
  {
    names: ['*.var', '*.std', '*.var_mean', '*.std_mean'],
    parameters: ['unbiased'],
    reason: '`correction` says more',
  },
  { names: ['*.topk', '*.unique'], parameters: ['sorted'], reason: 'they are always in order' },
  {
    names: ['torch.norm', 'torch.Tensor.norm'],
    parameters: ['p', 'dtype'],
    reason: 'the norm of all elements, which is 2 here; norms of matrices are in `linalg`',
  },
  { names: ['torch.split'], parameters: ['split_size_or_sections'], reason: 'as the method' },
  {
    names: ['torch.Tensor.to'],
    reason: 'one `target`: a dtype, a device, or both in an object',
  },
  { names: ['torch.Tensor.view'], parameters: ['dtype'], reason: 'views of bytes as another dtype' },
  {
    names: ['torch.nn.Parameter', 'torch.nn.Buffer'],
    parameters: ['data'],
    reason: 'there is no parameter without data',
  },
  {
    names: ['torch.nn.Softmax', 'torch.nn.LogSoftmax', 'torch.nn.Softmin', 'torch.nn.functional.*softm*'],
    parameters: ['dim'],
    reason: 'the implicit choice is deprecated in PyTorch',
  },
  {
    names: ['*.stft', '*.istft'],
    parameters: ['return_complex'],
    reason: 'complex values are a trailing axis of 2',
  },
  ...WHAT_NONE_MEANS.map(([name, parameter]) => ({
    names: [`*.${name}`],
    parameters: [parameter],
    reason: 'what None means there',
  })),
  {
    names: ['*.isin'],
    parameters: ['element', 'test_element'],
    reason: 'one name, whether tensor or number',
  },
  { names: ['*.gaussian_nll_loss'], parameters: ['var'], reason: '`var` is a word of JavaScript' },
  { names: ['*.scatter', '*.scatter_'], parameters: ['value'], reason: '`src` may be a number' },
  { names: ['*.vmap'], parameters: ['chunk_size'], reason: 'the batch is computed at once' },
  { names: ['*.gumbel_softmax'], parameters: ['eps'], reason: 'deprecated, and without effect' },
  { names: ['torch.optim.Adam'], parameters: ['decoupled_weight_decay'], reason: 'that is `AdamW`' },
  {
    names: ['*.tensor_split', '*.hsplit', '*.vsplit', '*.dsplit'],
    reason: 'one `indicesOrSections`, as PyTorch documents it',
  },
  {
    names: ['torch.nn.RNNBase', 'torch.nn.RNNCellBase'],
    reason: 'base classes, which nobody calls',
  },
  {
    names: ['torch.optim.lr_scheduler.SequentialLR'],
    parameters: ['last_epoch'],
    reason: 'it has no effect',
  },
  { names: ['*.register_kl'], reason: 'takes the function, where Python decorates it' },
  { names: ['*.ContinuousBernoulli'], parameters: ['lims'], reason: 'a detail of the implementation' },
  {
    names: ['torch.lu_unpack'],
    parameters: ['unpack_data', 'unpack_pivots'],
    reason: 'what is not read is not computed',
  },
  { names: ['torch.Tensor.copy_'], parameters: ['other'], reason: '`src`, as PyTorch documents it' },
  { names: ['torch.result_type'], reason: '`tensor1` and `tensor2`, as PyTorch documents them' },
  { names: ['torch.numel'], parameters: ['self'], reason: 'a property' },
  {
    names: ['torch.nn.TransformerEncoder'],
    parameters: ['enable_nested_tensor', 'mask_check'],
    reason: 'there are no nested tensors',
  },
  {
    names: ['torch.nn.utils.fuse_conv_bn_eval'],
    parameters: ['transpose'],
    reason: 'the class of the layer says it',
  },
  { names: ['torch.nn.utils.fuse_linear_bn_eval'], reason: 'the names that its weights have too' },
  {
    names: ['torch.optim.swa_utils.AveragedModel'],
    parameters: ['device', 'multi_avg_fn'],
    reason: 'the averages are in a module that is given; all of them are computed in one go',
  },
  { names: ['torch.amp.GradScaler'], parameters: ['device'], reason: 'that of the tensors' },
  {
    names: ['torch.nn.utils.clip_grad_norm_', 'torch.nn.utils.get_total_norm'],
    parameters: ['error_if_nonfinite'],
    reason: 'values are not known yet when gradients are clipped',
  },
  {
    names: ['torch.autograd.gradcheck', 'torch.autograd.gradgradcheck'],
    reason: 'raises where a gradient is wrong; sparse, batched and undefined gradients do not exist',
  },
  {
    names: ['torch.autograd.functional.*'],
    parameters: ['vectorize', 'outer_jacobian_strategy'],
    reason: 'rows are always computed at once',
  },
  {
    names: ['torch.autograd.functional.*'],
    parameters: ['v'],
    reason: 'without it only functions of one number could be asked for',
  },
  { names: ['torch.autograd.grad'], parameters: ['only_inputs'], reason: 'deprecated; it is always so' },
  { names: ['torch.autograd.grad'], parameters: ['is_grads_batched'], reason: '`vmap` does it' },
];

/** Why a function deviates in this way; undefined where nobody meant it. */
export function reasonFor(name: string, { parameter }: Deviation): string | undefined {
  return MEANT.find(
    ({ names, parameters }) =>
      names.some((pattern) => matches(pattern, name)) && (!parameters || parameters.includes(parameter)),
  )?.reason;
}
