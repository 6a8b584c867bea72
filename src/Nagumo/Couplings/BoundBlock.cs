using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Couplings;

/// <summary>The kernels of a <see cref="Block"/>: one layer, or all layers of a population.</summary>
/// <remarks>
/// F' and F'' come from F's expression, a change of F' from its exact finite difference. Where the block pulls its field back (s &lt; 0 on an
/// activator) a bound of its curvature, |s| σ_max(K_l)², is taken as a load, so that answers neuron by neuron contract.
/// </remarks>
internal sealed unsafe class BoundBlock<T> : BoundCoupling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int PowerSteps = 10;

    /// <summary>Of the bound that F'' ≤ 1 gives, most suffices: activations away from 0 curve less, and relaxing tolerates a third more.</summary>
    private const double Margin = 0.9;

    private readonly int _units,
        _layers,
        _size;
    private readonly T _strength,
        _drive;
    private readonly Tensor<T> _k,
        _b;
    private readonly PackedLeft<T>[] _forth,
        _back;
    private readonly Kernel<T> _activate,
        _activateWithSlope,
        _change,
        _contrast,
        _product;
    private readonly T[] _loads,
        _probe,
        _image;
    private readonly bool _pullsBack;
    private readonly bool[] _isBounded;

    /// <param name="f">F.</param>
    /// <param name="z">Its argument.</param>
    /// <param name="units">m.</param>
    /// <param name="layers">Number and size of the layers.</param>
    /// <param name="strength">s.</param>
    /// <param name="inhibitor">Whether the field is an inhibitor.</param>
    /// <param name="isBounded">Whether F'' ≤ 1 everywhere, and is to be a load.</param>
    /// <param name="k">K.</param>
    /// <param name="b">b.</param>
    public BoundBlock(
        Expr f,
        Symbol z,
        int units,
        (int Count, int Size) layers,
        double strength,
        bool inhibitor,
        bool isBounded,
        Tensor<T> k,
        Tensor<T> b
    )
    {
        (_units, _layers, _size, _k, _b) = (units, layers.Count, layers.Size, k, b);
        _strength = T.CreateChecked(strength);
        _drive = inhibitor ? -_strength : _strength;
        _pullsBack = isBounded && _drive < T.Zero;
        (_loads, _probe, _image) = (new T[_layers], new T[_layers * _size], new T[_layers * _units]);
        _isBounded = new bool[_layers];
        _forth = [.. Enumerable.Range(0, _layers).Select(_ => new PackedLeft<T>(_units, _size))];
        _back = [.. Enumerable.Range(0, _layers).Select(_ => new PackedLeft<T>(_size, _units))];
        Expr a = f.Derive(z),
            slope = a.Derive(z);
        Symbol step = new("_step"),
            other = new("_other"),
            beta = new("_deltaBeta");
        var change = FiniteDifference.Of(a, s => s == z ? step : null);
        _activate = KernelCompiler.Compile<T>(new("block-activate", [z], [], [new(a)]));
        _activateWithSlope = KernelCompiler.Compile<T>(new("block-slope", [z], [], [new(a), new(slope)]));
        _change = KernelCompiler.Compile<T>(new("block-change", [z, step], [], [new(change)]));
        _product = KernelCompiler.Compile<T>(new("block-tangent", [z, other], [], [new(slope * other)]));
        // From the lower phase z − δβ d/2 a step of δβ d leads to the upper one: mean and difference of a.
        Expr below(Expr e) =>
            e.Substitute(s =>
                s == z ? z - beta * step / 2
                : s == step ? beta * step
                : null
            );
        var rise = below(change);
        _contrast = KernelCompiler.Compile<T>(new("block-contrast", [z, step], [beta], [new(below(a) + rise / 2), new(rise / beta)]));
    }

    public override bool IsQuadratic => false;

    public override bool HasLoads(int end) => _pullsBack;

    public override void AddLoads(int end, Span<T> loads)
    {
        for (int l = 0; l < _layers; l++)
        {
            Bound(l);
            _isBounded[l] = true;
            RowMath.Add(loads.Slice(l * _size, _size), _loads[l], loads.Slice(l * _size, _size));
        }
    }

    /// <summary>K_l, [m × n].</summary>
    private MatView<T> K(int l) => new(_k.Value.Data + (long)l * _units * _size, _units, _size, _size);

    internal override int Units => _layers == 1 ? _units : 0;

    public override void Load(int part, int parts)
    {
        for (int l = part; l < _layers; l += parts)
        {
            // A machine asks for loads first: they are bounded once a batch.
            if (_pullsBack && !_isBounded[l])
                Bound(l);
            _isBounded[l] = false;
            _forth[l].Pack(K(l), T.One);
            _back[l].Pack(K(l).Transposed, _drive);
        }
    }

    /// <summary>The units of one layer, or all layers' drives, whose rows are then only added: panels of rows need not begin where layers do.</summary>
    public override void Prepare(in DriveRequest<T> request)
    {
        var x = request.Fields[0];
        if (IsDirect(request))
        {
            var units = request.Scratch.Rows(_units, x.Cols);
            Activate(0, x, units, request.Scratch);
            request.Scratch.Pack(units);
            return;
        }
        int lanes = x.Cols,
            from = request.Kind == DriveKind.Drive ? 0 : request.At[0].Cols;
        var room = request.Scratch.Rows(_layers * _size + _units + (from > 0 ? _units : 0), lanes);
        var into = room.Slice(0, _layers * _size, 0, lanes);
        var hidden = room.Slice(into.Rows, _units, 0, lanes);
        var at = from > 0 ? room.Slice(into.Rows + _units, _units, 0, from) : default;
        for (int l = 0; l < _layers; l++)
        {
            var rows = x.Slice(l * _size, _size, 0, lanes);
            if (request.Kind == DriveKind.Drive)
                Activate(l, rows, hidden, request.Scratch);
            else
            {
                Preactivate(l, request.At[0].Slice(l * _size, _size, 0, from), at, request.Scratch);
                Multiply(_forth[l], rows, default, hidden, request.Scratch);
                // A phase at a time: each starts from the same lanes.
                for (int lane0 = 0; lane0 < lanes; lane0 += from)
                {
                    var phase = Of(hidden.Slice(0, _units, lane0, from));
                    (request.Kind == DriveKind.Change ? _change : _product).Run([Of(at), phase, phase], _units, from);
                }
            }
            var made = into.Slice(l * _size, _size, 0, lanes);
            for (int r = 0; _pullsBack && r < _size; r++)
                RowMath.Scale(rows.Row(r), _loads[l], made.Row(r));
            Multiply(_back[l], hidden, _pullsBack ? made : default, made, request.Scratch);
        }
    }

    public override void Drive(in DriveRequest<T> request)
    {
        if (!IsDirect(request))
        {
            Take(request);
            return;
        }
        var init = request.Init;
        if (_pullsBack)
        {
            for (int r = request.Row0; r < request.Row0 + request.Rows; r++)
                if (init.IsEmpty)
                    RowMath.Scale(request.Fields[0].Row(r), _loads[0], request.Drive.Row(r));
                else
                    RowMath.AddScaled(request.Fields[0].Row(r), _loads[0], init.Row(r), request.Drive.Row(r));
            init = request.Drive;
        }
        Gemm.Multiply(_back[0], (PackedRight<T>)request.Scratch.Packed!, init, request.Drive, request.Row0, request.Rows);
    }

    private bool IsDirect(in DriveRequest<T> request) => _layers == 1 && request.Kind == DriveKind.Drive;

    public override void Change(in DriveRequest<T> request) => Take(request);

    public override void Tangent(in DriveRequest<T> request) => Take(request);

    /// <summary>The rows of what <see cref="Prepare"/> made.</summary>
    private void Take(in DriveRequest<T> request)
    {
        int all = request.Scratch.Width,
            lanes = request.Drive.Cols;
        var made = request.Scratch.Rows(_layers * _size, all).Slice(0, _layers * _size, request.Lane0, lanes);
        for (int r = request.Row0; r < request.Row0 + request.Rows; r++)
            if (request.Init.IsEmpty)
                made.Row(r).CopyTo(request.Drive.Row(r));
            else
                RowMath.AddScaled(made.Row(r), T.One, request.Init.Row(r), request.Drive.Row(r));
    }

    public override void Gradient(in GradientRequest<T> request)
    {
        var (m, d) = (request.Ends[0].Mean, request.Ends[0].Difference);
        int lanes = m.Cols;
        // Whole panels of rows, where a layer begins with one, so that the packed K serves.
        var (first, count) = Shares.Of(_layers * _units, request.Part, request.Parts, Gemm.RowBlock<T>());
        T deltaBeta = request.DeltaBeta,
            factor = -request.Scale * _strength;
        var workspace = request.Workspace;
        for (int l = first / _units; l < _layers && l * _units < first + count; l++)
        {
            int j0 = Math.Max(first - l * _units, 0),
                rows = Math.Min(first + count - l * _units, _units) - j0;
            MatView<T> x = m.Slice(l * _size, _size, 0, lanes),
                dx = d.Slice(l * _size, _size, 0, lanes);
            var units = request.Units;
            if (units.Mean.IsEmpty)
            {
                var room = workspace.Rows(2 * _units, lanes);
                units = new(room.Slice(0, _units, 0, lanes), room.Slice(_units, _units, 0, lanes));
                Multiply(l, j0, x, Bias(l, lanes), units.Mean, rows, workspace);
                Multiply(l, j0, dx, default, units.Difference, rows, workspace);
            }
            MatView<T> mean = units.Mean.Slice(j0, rows, 0, lanes),
                difference = units.Difference.Slice(j0, rows, 0, lanes);
            if (request.Units.Mean.IsEmpty)
                Activate(mean, difference, deltaBeta);
            long at = (long)l * _units + j0;
            var gradient = new MatView<T>(_k.Gradient.Data + at * _size, rows, _size, _size);
            Gemm.Multiply(difference, x.Transposed, default, gradient, factor, workspace);
            Gemm.Multiply(mean, dx.Transposed, gradient, gradient, factor, workspace);
            for (int r = 0; r < rows; r++)
                _b.Gradients[(int)at + r] = factor * LaneSum.Of<T>(difference.Row(r));
        }
    }

    /// <summary>Mean and difference of a from those of K x + b.</summary>
    private void Activate(MatView<T> mean, MatView<T> difference, T deltaBeta)
    {
        Rows<T> a = Of(mean),
            da = Of(difference);
        if (deltaBeta == T.Zero)
        {
            _product.Run([a, da, da], mean.Rows, mean.Cols);
            _activate.Run([a, a], mean.Rows, mean.Cols);
        }
        else
            _contrast.Run([a, da, new(&deltaBeta, 0), a, da], mean.Rows, mean.Cols);
    }

    /// <summary>Rows [j0, j0 + rows) of init + K_l x.</summary>
    private void Multiply(int l, int j0, MatView<T> x, MatView<T> init, MatView<T> into, int rows, GemmWorkspace<T> workspace)
    {
        if (j0 % Gemm.RowBlock<T>() == 0)
        {
            var right = workspace.Right(x.Rows, x.Cols);
            right.Pack(x);
            Gemm.Multiply(_forth[l], right, init, into, j0, rows);
            return;
        }
        Gemm.Multiply(
            K(l).Slice(j0, rows, 0, _size),
            x,
            init.IsEmpty ? init : init.Slice(j0, rows, 0, x.Cols),
            into.Slice(j0, rows, 0, x.Cols),
            T.One,
            workspace
        );
    }

    public override void Dispose()
    {
        foreach (var packed in _forth.Concat(_back))
            packed.Dispose();
        base.Dispose();
    }

    /// <summary>The load of a layer.</summary>
    private void Bound(int l) => _loads[l] = T.CreateChecked(-double.CreateChecked(_drive) * Math.Pow(Margin * LargestSingularValue(l), 2));

    /// <summary>σ_max(K_l) by power iteration from always the same vector, so that a resumed run computes the same.</summary>
    private double LargestSingularValue(int l)
    {
        var k = K(l);
        // Rows of its own for each layer: threads share the layers.
        Span<T> x = _probe.AsSpan(l * _size, _size),
            y = _image.AsSpan(l * _units, _units);
        for (int i = 0; i < x.Length; i++)
            x[i] = T.CreateChecked(1 + i % 7 / 7.0);
        T norm = T.Zero;
        for (int step = 0; step < PowerSteps; step++)
        {
            T inverse = T.One / T.Max(T.Sqrt(LaneSum.Dot<T>(x, x)), T.Epsilon);
            for (int j = 0; j < y.Length; j++)
                y[j] = inverse * LaneSum.Dot<T>(k.Row(j), x);
            norm = T.Sqrt(LaneSum.Dot<T>(y, y));
            x.Clear();
            for (int j = 0; j < y.Length; j++)
                RowMath.AddScaled(k.Row(j), y[j], x, x);
        }
        return double.CreateChecked(norm);
    }

    /// <summary>a = F'(K_l x + b_l).</summary>
    private void Activate(int l, MatView<T> x, MatView<T> hidden, CouplingScratch<T> scratch)
    {
        Preactivate(l, x, hidden, scratch);
        _activate.Run([Of(hidden), Of(hidden)], _units, hidden.Cols);
    }

    private void Preactivate(int l, MatView<T> x, MatView<T> into, CouplingScratch<T> scratch) =>
        Multiply(_forth[l], x, Bias(l, into.Cols), into, scratch);

    private static void Multiply(PackedLeft<T> left, MatView<T> right, MatView<T> init, MatView<T> into, CouplingScratch<T> scratch)
    {
        scratch.Pack(right);
        Gemm.Multiply(left, (PackedRight<T>)scratch.Packed!, init, into, 0, into.Rows);
    }

    private MatView<T> Bias(int l, int lanes) => new(_b.Value.Data + l * _units, _units, lanes, 1, 0);

    private static Rows<T> Of(MatView<T> m) => new(m.Data, m.RowStride);
}
