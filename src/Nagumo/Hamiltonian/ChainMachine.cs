using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Hamiltonian;

/// <summary>A chain made to run: its parameters, and the kick, the drift and their derivatives over [neurons × lanes] views.</summary>
/// <remarks>
/// Both readings of the chain, the two-point problem and the layer-wise pass, are made of these operations. The neuron's part comes from
/// its symbolic potential, the block's from F; nothing here knows a formula. Unless asked to keep packed copies, no memory but the
/// parameters grows with depth. Parameters: trunk named "layer": "layer0.K" [m × n], "layer0.b" [m], "layer0.I" [n], …; the trunk's trained ones ("layer.k");
/// "layer.activator_diffusion", "layer.inhibitor_diffusion" when trained.
/// </remarks>
internal sealed class ChainMachine<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Symbol Z = new("z");
    private static readonly Expr F = LogCosh(Z);
    private readonly List<Tensor<T>> _parameters = [];
    private readonly Tensor<T>[] _diffusion;
    private readonly T _strength;
    private readonly PackedLeft<T>[]? _forward,
        _backward;
    private readonly Kernel<T> _activate,
        _activateWithSlope,
        _blockPotential,
        _product;

    /// <param name="chain">The definition.</param>
    /// <param name="layers">Layers with an on-site potential: L in a pass, whose last layer is never kicked, L + 1 in the two-point problem.</param>
    /// <param name="blockSd">Standard deviation of the initial K; biases and currents start at 0.</param>
    /// <param name="rng">Each block draws from its own stream.</param>
    /// <param name="packed">Whether to keep packed copies of K, renewed by <see cref="Pack"/>: faster where a layer is visited many times a batch.</param>
    public ChainMachine(ResidualChain chain, int layers, double blockSd, Rng rng, bool packed = false)
    {
        (Chain, Layers) = (chain, layers);
        int n = chain.Trunk.Size,
            m = chain.Units;
        K = Each("K", m, n, decays: true);
        B = Each("b", m, 1, decays: false);
        I = Each("I", n, 1, decays: false);
        double bound = blockSd * Math.Sqrt(3);
        foreach (var k in K)
        {
            var draw = rng.Split(k.Name);
            foreach (ref T x in k.Values)
                x = T.CreateChecked(bound * (2 * draw.NextDouble() - 1));
        }
        var trained = new Dictionary<string, Tensor<T>>();
        foreach (string name in chain.Trunk.Trained)
        {
            var definition = chain.Trunk.Neuron!.Parameters.First(q => q.Name == name);
            double[] values = chain.Trunk.Parameters[name];
            var tensor = new Tensor<T>($"{chain.Trunk.Name}.{name}", values.Length, 1, definition.Min, definition.Max, decays: false);
            for (int i = 0; i < values.Length; i++)
                tensor.Values[i] = T.CreateChecked(values[i]);
            trained[name] = tensor;
        }
        _parameters.AddRange(trained.Values);
        Fields = chain.Trunk.Fields;
        _diffusion =
        [
            .. Enumerable
                .Range(0, Fields)
                .Select(f =>
                {
                    string name = f == 0 ? "activator_diffusion" : "inhibitor_diffusion";
                    var tensor = new Tensor<T>($"{chain.Trunk.Name}.{name}", 1, 1, 1e-3, double.PositiveInfinity, decays: false);
                    tensor.Values[0] = T.CreateChecked(f == 0 ? chain.ActivatorDiffusion : chain.InhibitorDiffusion);
                    if (chain.Trained.Contains(name))
                        _parameters.Add(tensor);
                    return tensor;
                }),
        ];
        Site = new(chain.Trunk, [true, .. new bool[Fields - 1]], new bool[Fields], trained, responds: false);
        _strength = T.CreateChecked(chain.Strength);
        if (packed)
        {
            _forward = [.. K.Select(_ => new PackedLeft<T>(m, n))];
            _backward = [.. K.Select(_ => new PackedLeft<T>(n, m))];
        }
        var (slope, other) = (new Symbol("_slope"), new Symbol("_other"));
        _activate = KernelCompiler.Compile<T>(new("activate", [Z], [], [new(F.Derive(Z))]));
        _activateWithSlope = KernelCompiler.Compile<T>(new("activate-slope", [Z], [], [new(F.Derive(Z)), new(F.Derive(Z).Derive(Z))]));
        _blockPotential = KernelCompiler.Compile<T>(new("block", [Z], [], [new(F)]));
        _product = KernelCompiler.Compile<T>(new("product", [slope, other], [], [new(slope * other)]));

        Tensor<T>[] Each(string name, int rows, int cols, bool decays) =>
            [
                .. Enumerable
                    .Range(0, layers)
                    .Select(l =>
                    {
                        var tensor = new Tensor<T>(
                            $"{chain.Trunk.Name}{l}.{name}",
                            rows,
                            cols,
                            double.NegativeInfinity,
                            double.PositiveInfinity,
                            decays
                        );
                        _parameters.Add(tensor);
                        return tensor;
                    }),
            ];
    }

    /// <summary>The definition.</summary>
    public ResidualChain Chain { get; }

    /// <summary>Layers with an on-site potential.</summary>
    public int Layers { get; }

    /// <summary>Activator and inhibitors.</summary>
    public int Fields { get; }

    /// <summary>All that learning may change.</summary>
    public IReadOnlyList<Tensor<T>> Parameters => _parameters;

    /// <summary>K_l, b_l and I_l.</summary>
    public Tensor<T>[] K { get; }

    /// <inheritdoc cref="K"/>
    public Tensor<T>[] B { get; }

    /// <inheritdoc cref="K"/>
    public Tensor<T>[] I { get; }

    /// <summary>The trunk's kernels.</summary>
    public OnSite<T> Site { get; }

    /// <summary>s.</summary>
    public T Strength => _strength;

    /// <summary>D_f: g for the activator, −d for inhibitors, whose kinetic energy is negative.</summary>
    public T Diffusion(int field) => field == 0 ? _diffusion[0].Values[0] : -_diffusion[field].Values[0];

    /// <summary>The tensor of |D_f|.</summary>
    public Tensor<T> DiffusionOf(int field) => _diffusion[field];

    /// <summary>A layer's state for so many lanes.</summary>
    public LaneState<T> CreateState(int lanes) => new(Fields, Chain.Trunk.Size, Chain.Units, lanes);

    /// <summary>Renews the packed copies; one thread's layers.</summary>
    public void Pack(int part, int parts)
    {
        for (int l = part; _forward is not null && l < Layers; l += parts)
        {
            _forward[l].Pack(K[l].Value, T.One);
            _backward![l].Pack(K[l].Value.Transposed, _strength);
        }
    }

    /// <summary>a = F'(K_l u + b_l), and the drive s K_lᵀ a + I_l that it makes.</summary>
    public void Drive(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        Activate(l, s, ws);
        Return(l, s.Hidden, Column(I[l], s.Lanes), s.Drive, ws);
    }

    /// <summary>a = F'(K_l u + b_l).</summary>
    public void Activate(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        Preactivate(l, s, ws);
        var hidden = Of(s.Hidden);
        _activate.Run([hidden, hidden], s.Hidden.Rows, s.Lanes);
    }

    /// <summary>KICK: p += ∂U_l/∂q (q).</summary>
    public void Kick(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        Drive(l, s, ws);
        Site.Kick(s.Q, [s.Drive], s.P);
    }

    /// <summary>DRIFT: q += D⁻¹ p; back with <paramref name="sign"/> −1.</summary>
    public void Drift(LaneState<T> s, int sign = 1)
    {
        for (int f = 0; f < Fields; f++)
        {
            T factor = T.CreateChecked(sign) / Diffusion(f);
            for (int r = 0; r < s.Q[f].Rows; r++)
                RowMath.AddScaled(s.P[f].Row(r), factor, s.Q[f].Row(r), s.Q[f].Row(r));
        }
    }

    /// <summary>s.Force = ∂U_l/∂q (q).</summary>
    public void Force(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        Drive(l, s, ws);
        Site.Forces(s.Q, [s.Drive], s.Force);
    }

    /// <summary>The kick's derivative: the kick of s and, along t.Q, t.P += U_l'' t.Q. t.Hidden is the derivative of a.</summary>
    /// <param name="l">Layer.</param>
    /// <param name="s">The state at whose position the derivative is taken; kicked as well.</param>
    /// <param name="t">Tangent, as many lanes.</param>
    /// <param name="ws">The thread's workspace.</param>
    public void TangentKick(int l, LaneState<T> s, LaneState<T> t, GemmWorkspace<T> ws)
    {
        Preactivate(l, s, ws);
        var (hidden, slope) = (Of(s.Hidden), Of(s.Slope));
        _activateWithSlope.Run([hidden, hidden, slope], s.Hidden.Rows, s.Lanes);
        Return(l, s.Hidden, Column(I[l], s.Lanes), s.Drive, ws);
        Site.Kick(s.Q, [s.Drive], s.P);

        Gemm.Multiply(K[l].Value, t.Q[0], default, t.Hidden, T.One, ws);
        _product.Run([slope, Of(t.Hidden), Of(t.Hidden)], t.Hidden.Rows, t.Lanes);
        // The block's part of U'' t.Q is −s Kᵀ (F'' ∘ K t.u): minus what Return makes of it.
        Return(l, t.Hidden, default, t.Drive, ws);
        for (int r = 0; r < t.Drive.Rows; r++)
            RowMath.AddScaled(t.Drive.Row(r), -T.One, t.P[0].Row(r), t.P[0].Row(r));
        Site.HessianTimes(s.Q, t.Q, t.Force);
        for (int f = 0; f < Fields; f++)
        for (int r = 0; r < t.P[f].Rows; r++)
            RowMath.AddScaled(t.Force[f].Row(r), T.One, t.P[f].Row(r), t.P[f].Row(r));
    }

    /// <summary>The slopes F''(K_l u + b_l) of a state, into <see cref="LaneState{T}.Slope"/>; and a.</summary>
    public void Slopes(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        Preactivate(l, s, ws);
        var hidden = Of(s.Hidden);
        _activateWithSlope.Run([hidden, hidden, Of(s.Slope)], s.Hidden.Rows, s.Lanes);
    }

    /// <summary>U_l(q), the sum over the neurons of the first lane. For reports.</summary>
    public double Potential(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        Preactivate(l, s, ws);
        _blockPotential.Run([Of(s.Hidden), Of(s.Hidden)], s.Hidden.Rows, s.Lanes);
        Site.Potential(s.Q, s.Drive);
        double sum = 0;
        for (int r = 0; r < s.Drive.Rows; r++)
            sum += double.CreateChecked(s.Drive[r, 0] - I[l].Values[r] * s.Q[0][r, 0]);
        for (int r = 0; r < s.Hidden.Rows; r++)
            sum -= double.CreateChecked(_strength * s.Hidden[r, 0]);
        return sum;
    }

    public void Dispose()
    {
        Site.Dispose();
        foreach (var tensor in _parameters.Concat(_diffusion))
            tensor.Dispose();
        foreach (var packed in (_forward ?? []).Concat(_backward ?? []))
            packed.Dispose();
    }

    private void Preactivate(int l, LaneState<T> s, GemmWorkspace<T> ws)
    {
        var bias = Column(B[l], s.Lanes);
        if (_forward is null)
            Gemm.Multiply(K[l].Value, s.Q[0], bias, s.Hidden, T.One, ws);
        else
            Gemm.Multiply(_forward[l], Packed(s.Q[0], ws), bias, s.Hidden, 0, s.Hidden.Rows);
    }

    /// <summary>into = init + s K_lᵀ hidden.</summary>
    private void Return(int l, MatView<T> hidden, MatView<T> init, MatView<T> into, GemmWorkspace<T> ws)
    {
        if (_backward is null)
            Gemm.Multiply(K[l].Value.Transposed, hidden, init, into, _strength, ws);
        else
            Gemm.Multiply(_backward[l], Packed(hidden, ws), init, into, 0, into.Rows);
    }

    private static PackedRight<T> Packed(MatView<T> x, GemmWorkspace<T> ws)
    {
        var packed = ws.Right(x.Rows, x.Cols);
        packed.Pack(x);
        return packed;
    }

    private static unsafe MatView<T> Column(Tensor<T> x, int lanes) => new(x.Value.Data, x.Rows, lanes, 1, 0);

    private static unsafe Rows<T> Of(MatView<T> m) => new(m.Data, m.RowStride);
}
