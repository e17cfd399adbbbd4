/** Where the names of PyTorch's modules are in Tenfold: in which modules of the surface, and what has another name. */

/** PyTorch's modules, and the modules of the surface to look in, in order. */
export const PLACES: Readonly<Record<string, readonly string[]>> = {
  torch: ['tensor', 'autograd'],
  'torch.Tensor': ['Tensor'],
  'torch.linalg': ['linalg'],
  'torch.fft': ['fft'],
  'torch.special': ['special'],
  'torch.nn': ['nn'],
  'torch.nn.functional': ['functional'],
  'torch.nn.init': ['init'],
  'torch.nn.utils': ['utils', 'nn', 'optim'],
  'torch.nn.utils.parametrizations': ['utils.parametrizations', 'parametrizations', 'utils', 'nn'],
  'torch.nn.utils.parametrize': ['utils.parametrize', 'parametrize', 'utils', 'nn'],
  'torch.nn.utils.prune': ['utils.prune', 'prune', 'utils', 'nn'],
  'torch.nn.utils.rnn': ['utils.rnn', 'rnn', 'utils', 'nn'],
  'torch.nn.utils.stateless': ['utils.stateless', 'utils', 'nn'],
  'torch.optim': ['optim'],
  'torch.optim.lr_scheduler': ['lrScheduler', 'optim'],
  'torch.optim.swa_utils': ['swaUtils', 'optim'],
  'torch.distributions': ['distributions'],
  'torch.autograd': ['autograd', 'tensor'],
  'torch.autograd.functional': ['autograd.functional', 'autograd'],
  'torch.autograd.forward_ad': ['autograd.forwardAd', 'autograd'],
  'torch.autograd.graph': ['autograd.graph', 'autograd'],
  // Functions of functions; those of `torch.autograd` with the same names take inputs as well.
  'torch.func': ['func', 'autograd.func', 'utils', 'nn'],
  'torch.amp': ['amp', 'tensor', 'optim', 'autograd'],
  'torch.utils.checkpoint': ['autograd'],
};

/** Names that JavaScript does not allow, or that are elsewhere: the module of the surface and the name there. */
export const RENAMED: Readonly<Record<string, readonly [module: string, name: string]>> = {
  'torch.var': ['tensor', 'variance'],
  'torch.autograd.Function': ['autograd', 'customFunction'],
  'torch.from_numpy': ['tensor', 'fromBuffer'],
  'torch.frombuffer': ['tensor', 'fromBuffer'],
  'torch.func.vmap': ['autograd', 'vmap'],
  'torch.get_default_device': ['tensor', 'defaultDevice'],
  'torch.numel': ['Tensor', 'numel'],
  'torch.Tensor.__getitem__': ['Tensor', 'index'],
  'torch.Tensor.__setitem__': ['Tensor', 'setIndex'],
  'torch.Tensor.numpy': ['Tensor', 'data'],
};
