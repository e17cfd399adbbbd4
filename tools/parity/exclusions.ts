/** Names of PyTorch's that Tenfold does not mean to have, and why. `*` stands for any letters of a name, also none. */

export interface Exclusion {
  readonly reason: string;
  readonly names: readonly string[];
}

const of = (module: string, names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${module}.${name}`);

export const EXCLUSIONS: readonly Exclusion[] = [
  {
    reason: 'quantised',
    names: [
      ...of('torch', 'quantize_* quantized_* dequantize fake_quantize_*'),
      ...of('torch.Tensor', 'dequantize int_repr q_* qscheme is_quantized'),
    ],
  },
  {
    reason: 'sparse and compressed layouts',
    names: [
      ...of(
        'torch',
        'sparse_* hspmm smm sspaddmm *col_indices_copy *row_indices_copy *indices_copy values_copy',
      ),
      ...of(
        'torch.Tensor',
        `coalesce is_coalesced sparse_* is_sparse* to_sparse* to_dense dense_dim values indices *col_indices
        *row_indices smm sspaddmm to_mkldnn is_mkldnn`,
      ),
    ],
  },
  {
    reason: 'strides, storage and memory layout: tensors here are values, which the scheduler lays out',
    names: [
      ...of('torch', 'empty_strided is_storage'),
      ...of(
        'torch.Tensor',
        `stride storage storage_offset storage_type data_ptr is_contiguous is_set_to set_ resize resize_
        resize_as resize_as_ resize_as_sparse_ new_empty_strided is_same_size layout share_memory_ is_shared output_nr`,
      ),
      'torch.nn.utils.convert_conv2d_weight_memory_format',
    ],
  },
  {
    reason: 'constraints and abstract bases of distributions: what values may be is said in words',
    names: of('torch.distributions', 'ExponentialFamily biject_to transform_to'),
  },
  { reason: 'a composition of nothing', names: ['torch.distributions.identity_transform'] },
  {
    reason: 'in-place operations are methods',
    names: ['torch.*_', 'torch.nn.functional.*_'],
  },
  {
    reason: 'the shape of a tensor does not change',
    names: of(
      'torch.Tensor',
      'squeeze_ unsqueeze_ transpose_ swapaxes_ swapdims_ t_ as_strided_ rename_ detach_',
    ),
  },
  {
    reason: 'complex data types: complex values are a trailing axis of 2',
    names: [
      ...of(
        'torch',
        'conj_physical resolve_conj resolve_neg is_complex is_conj view_as_complex* view_as_real*',
      ),
      ...of(
        'torch.Tensor',
        'conj_physical conj_physical_ resolve_conj resolve_neg is_complex is_conj is_neg chalf cfloat cdouble',
      ),
    ],
  },
  {
    reason: 'named axes, which PyTorch never took further than a prototype',
    names: of('torch.Tensor', 'align_* has_names names refine_names rename name'),
  },
  {
    reason: 'devices that Tenfold does not have, and what only they need',
    names: [
      ...of(
        'torch.Tensor',
        'cuda ipu xpu is_cuda is_ipu is_xpu is_mps is_ort is_vulkan is_meta pin_memory is_pinned',
      ),
      ...of('torch.Tensor', 'record_stream get_device is_cpu is_distributed is_nested to_padded_tensor'),
      ...of('torch.nn', 'DataParallel SyncBatchNorm'),
      'torch.autograd.graph.save_on_cpu',
    ],
  },
  {
    reason: 'TorchScript, functionalization and the inside of the runtime',
    names: [
      ...of(
        'torch',
        `fork wait import_ir_module* parse_* merge_type_from_type_comment unify_type_list vitals_enabled read_vitals
        set_vital init_num_threads compiled_with_cxx11_abi *_copy is_tensor can_cast from_dlpack to_dlpack
        native_channel_shuffle is_inference unsafe_*`,
      ),
      ...of(
        'torch.Tensor',
        'unsafe_* is_inference as_subclass reinforce volatile map_ map2_ apply_ new grad_fn retains_grad',
      ),
      'torch.is_inference_mode_enabled',
      'torch.autograd.graph.disable_saved_tensors_hooks',
    ],
  },
  {
    reason:
      'settings of PyTorch’s own runtime: its threads, its pickles, its warnings, its global default types',
    names: of(
      'torch',
      `get_num_interop_threads set_num_interop_threads get_num_threads set_num_threads set_flush_denormal
      set_default_tensor_type set_warn_always is_warn_always_enabled set_printoptions finfo iinfo
      get_deterministic_debug_mode set_deterministic_debug_mode use_deterministic_algorithms
      are_deterministic_algorithms_enabled is_deterministic_algorithms_warn_only_enabled
      get_float32_matmul_precision set_float32_matmul_precision set_default_dtype get_default_dtype`,
    ),
  },
  {
    reason: 'files: `@tenfold/io` reads and writes safetensors, and no pickles',
    names: of('torch', 'load save'),
  },
  {
    reason: 'deprecated, and gone or going from PyTorch',
    names: [
      ...of('torch', 'symeig range'),
      ...of('torch.Tensor', 'symeig eig lstsq solve'),
      ...of('torch.nn', 'Container NLLLoss2d'),
      ...of('torch.nn.init', 'constant dirac eye kaiming_* normal orthogonal sparse uniform xavier_*'),
      'torch.nn.utils.clip_grad_norm',
      'torch.nn.utils.stateless.functional_call',
      'torch.autograd.forward_ad.*_dual_level',
    ],
  },
  {
    reason: 'meant for the inside of `torch.nn`',
    names: [
      ...of('torch.nn.functional', 'assert_int_or_pair has_torch_function* native_channel_shuffle'),
      'torch.nn.utils.rnn.PackedSequence_',
      'torch.nn.utils.rnn.bind',
    ],
  },
  {
    reason: 'a convolution over another order of axes, from before `transpose` was cheap',
    names: ['torch.conv_tbc', 'torch.nn.functional.conv_tbc'],
  },
  { reason: 'there are no integers of 16 bits', names: ['torch.Tensor.short'] },
  {
    reason: 'lazy: shapes are given where layers are made',
    names: ['torch.nn.Lazy*'],
  },
  {
    reason: 'documented, and here, only in `torch.nn.functional`',
    names: of(
      'torch',
      `adaptive_avg_pool1d avg_pool1d bilinear channel_shuffle conv1d conv2d conv3d conv_transpose* cosine_similarity
      pairwise_distance pdist pixel_shuffle pixel_unshuffle`,
    ),
  },
  {
    reason: 'the same function without the option: `returnIndices`',
    names: ['torch.nn.functional.*_with_indices'],
  },
];

/** Parameters that no function of the modules has. */
export const IGNORED_PARAMETERS: readonly {
  readonly names: readonly string[];
  readonly modules: string;
  readonly reason: string;
}[] = [
  { names: ['out'], modules: '*', reason: 'results are new tensors' },
  { names: ['inplace'], modules: '*', reason: 'results are written over what is no longer needed anyway' },
  { names: ['layout', 'memory_format'], modules: '*', reason: 'tensors have no layout and no strides' },
  { names: ['pin_memory', 'non_blocking'], modules: '*', reason: 'host memory is not pinned' },
  { names: ['size_average', 'reduce'], modules: 'torch.nn*', reason: 'deprecated for `reduction`' },
  { names: ['_weight', '_stacklevel', 'implicit'], modules: '*', reason: 'not for users' },
  {
    names: ['foreach', 'fused', 'capturable', 'differentiable'],
    modules: 'torch.optim*',
    reason: 'how updates are computed: here always in one launch for many parameters',
  },
  { names: ['foreach'], modules: 'torch.nn.utils*', reason: 'many parameters are always one launch' },
  { names: ['verbose'], modules: 'torch.optim*', reason: 'deprecated' },
  { names: ['cache_size'], modules: 'torch.distributions', reason: 'a result asked for again is cheap' },
  { names: ['sparse_grad'], modules: 'torch*', reason: 'gradients are dense' },
  { names: ['sparse'], modules: 'torch.nn*', reason: 'gradients are dense' },
  { names: ['driver'], modules: 'torch.linalg', reason: 'chooses among the solvers of CUDA' },
  {
    names: ['validate_args'],
    modules: 'torch.distributions',
    reason: 'what can be checked without reading values always is',
  },
  {
    names: ['min_value', 'max_value'],
    modules: 'torch.nn',
    reason: 'deprecated for `min_val` and `max_val`',
  },
  { names: ['check_errors'], modules: '*', reason: 'for solvers of GPUs that report errors late' },
];

/** The reason why a qualified name is excluded. */
export function reasonToExclude(name: string): string | undefined {
  const [module, own] = apart(name);
  return EXCLUSIONS.find(({ names }) =>
    names.some((pattern) => {
      const [ofModule, ofName] = apart(pattern);
      return ofModule === module && matches(ofName, own);
    }),
  )?.reason;
}

/** The module and the name in it. */
function apart(qualified: string): readonly [module: string, name: string] {
  const end = qualified.lastIndexOf('.');
  return [qualified.slice(0, end), qualified.slice(end + 1)];
}

export function matches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(name);
}
