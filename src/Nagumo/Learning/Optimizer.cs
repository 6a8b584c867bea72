using System.Numerics;
using System.Runtime.InteropServices;
using Nagumo.Compute;

namespace Nagumo.Learning;

/// <summary>Adam with decoupled weight decay, or SGD with momentum, over the learner's parameters; box and norm bounds after each step.</summary>
/// <remarks>
/// Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η(t) m̂/(√v̂ + ε) − η(t) λ θ. [Kingma &amp; Ba 2015, arXiv:1412.6980; Loshchilov &amp;
/// Hutter 2019, arXiv:1711.05101]. Threads split the elements; each element's arithmetic is the same wherever it falls.
/// </remarks>
public sealed class Optimizer<T> : IDisposable, ITeamWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OptimizerOptions _options;
    private readonly IReadOnlyList<Tensor<T>> _parameters;
    private readonly double[] _rates;
    private readonly Buffer<T>[] _first,
        _second;
    private readonly SpectralBound<T>?[] _bounds;
    private readonly WorkerTeam _team;
    private readonly WorkerTeam? _ownTeam;
    private double _factor;

    /// <param name="options">Rates, schedule, bounds.</param>
    /// <param name="parameters">What is changed.</param>
    /// <param name="rng">Starts the power iterations of norm bounds; null where there are none.</param>
    /// <exception cref="ArgumentException">A rate or bound names no block; the nearest is suggested.</exception>
    public Optimizer(OptimizerOptions options, IReadOnlyList<Tensor<T>> parameters, Rng? rng = null)
        : this(options, parameters, new WorkerTeam(1), rng ?? new(1)) => _ownTeam = _team;

    internal Optimizer(OptimizerOptions options, IReadOnlyList<Tensor<T>> parameters, WorkerTeam team, Rng rng)
    {
        options.Validate();
        (_options, _parameters, _team) = (options, parameters, team);
        _rates = [.. parameters.Select(p => Match(options.Rates, p.Name) ?? options.Rate)];
        Known("rates", options.Rates);
        Known("norm_bounds", options.NormBounds);
        bool adam = options.Kind == "adam";
        _first = [.. parameters.Select(p => new Buffer<T>(p.Values.Length))];
        _second = [.. parameters.Select(p => new Buffer<T>(adam ? p.Values.Length : 0))];
        _bounds =
        [
            .. parameters.Select(p =>
                Match(options.NormBounds, p.Name) is { } bound ? new SpectralBound<T>(p, bound, rng.Split(p.Name)) : null
            ),
        ];
    }

    /// <summary>Steps done.</summary>
    public long Steps { get; private set; }

    /// <summary>Moments and power-iteration vectors, for checkpoints: a fixed order, resumed to the same bits.</summary>
    internal IEnumerable<(string Name, Buffer<T> Values)> State =>
        _parameters.SelectMany(
            (p, i) =>
                new[] { ("m." + p.Name, _first[i]), ("v." + p.Name, _second[i]) }.Concat(
                    _bounds[i] is { } b ? [("q." + p.Name, b.Vector)] : []
                )
        );

    /// <summary>One step along the parameters' gradients.</summary>
    /// <param name="progress">Fraction of the run that is done, in [0, 1): sets the schedule.</param>
    public void Step(double progress)
    {
        Steps++;
        _factor = _options.Schedule switch
        {
            "cosine" => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            "step" => progress < 0.5 ? 1
            : progress < 0.75 ? 0.1
            : 0.01,
            _ => 1,
        };
        _team.Run(this);
        foreach (var bound in _bounds)
            bound?.Enforce();
    }

    /// <summary>Sets the number of steps done, when a run is resumed.</summary>
    internal void Resume(long steps) => Steps = steps;

    void ITeamWork.Run(int thread, int threads)
    {
        double c1 = 1 - Math.Pow(_options.Momentum, Steps),
            c2 = 1 - Math.Pow(_options.SecondMoment, Steps);
        for (int i = 0; i < _parameters.Count; i++)
        {
            var p = _parameters[i];
            double rate = _rates[i] * _factor;
            if (_rates[i] == 0)
                continue;
            var (at, n) = Shares.Of(p.Values.Length, thread, threads, 64);
            if (n == 0)
                continue;
            T keep = T.CreateChecked(p.Decays ? 1 - rate * _options.WeightDecay : 1);
            var w = p.Programmed.Slice(at, n);
            var g = p.Gradients.Slice(at, n);
            var m = _first[i].Span.Slice(at, n);
            if (_options.Kind == "adam")
                Adam(w, g, m, _second[i].Span.Slice(at, n), rate, c1, c2, keep);
            else
                Sgd(w, g, m, T.CreateChecked(rate), keep);
            if (double.IsFinite(p.Min) || double.IsFinite(p.Max))
                Clip(w, T.CreateSaturating(p.Min), T.CreateSaturating(p.Max));
        }
    }

    private void Adam(Span<T> w, Span<T> g, Span<T> m, Span<T> v, double rate, double c1, double c2, T keep)
    {
        T b1 = T.CreateChecked(_options.Momentum),
            b2 = T.CreateChecked(_options.SecondMoment),
            a1 = T.One - b1,
            a2 = T.One - b2;
        // θ −= (η/c₁) m / (√(v/c₂) + ε), with the square root of 1/c₂ taken out.
        T step = T.CreateChecked(rate / c1 * Math.Sqrt(c2)),
            epsilon = T.CreateChecked(_options.Epsilon * Math.Sqrt(c2));
        var ws = Vectors(w);
        var gs = Vectors(g);
        var ms = Vectors(m);
        var vs = Vectors(v);
        var ve = new Vector<T>(epsilon);
        for (int i = 0; i < ws.Length; i++)
        {
            var grad = gs[i];
            var first = b1 * ms[i] + a1 * grad;
            var second = b2 * vs[i] + a2 * (grad * grad);
            (ms[i], vs[i]) = (first, second);
            ws[i] = keep * ws[i] - step * first / (Vector.SquareRoot(second) + ve);
        }
        for (int i = ws.Length * Vector<T>.Count; i < w.Length; i++)
        {
            m[i] = b1 * m[i] + a1 * g[i];
            v[i] = b2 * v[i] + a2 * (g[i] * g[i]);
            w[i] = keep * w[i] - step * m[i] / (T.Sqrt(v[i]) + epsilon);
        }
    }

    private void Sgd(Span<T> w, Span<T> g, Span<T> m, T rate, T keep)
    {
        T momentum = T.CreateChecked(_options.Momentum);
        for (int i = 0; i < w.Length; i++)
        {
            m[i] = momentum * m[i] + g[i];
            w[i] = keep * w[i] - rate * m[i];
        }
    }

    private static void Clip(Span<T> w, T min, T max)
    {
        var ws = Vectors(w);
        var low = new Vector<T>(min);
        var high = new Vector<T>(max);
        for (int i = 0; i < ws.Length; i++)
            ws[i] = Vector.Min(Vector.Max(ws[i], low), high);
        for (int i = ws.Length * Vector<T>.Count; i < w.Length; i++)
            w[i] = T.Min(T.Max(w[i], min), max);
    }

    private static Span<Vector<T>> Vectors(Span<T> x) => MemoryMarshal.Cast<T, Vector<T>>(x);

    private void Known(string key, IReadOnlyDictionary<string, double>? given)
    {
        foreach (string name in given?.Keys ?? [])
            if (!_parameters.Any(p => Names(p.Name).Contains(name)))
            {
                string[] known = [.. _parameters.SelectMany(p => Names(p.Name)).Distinct()];
                throw new ArgumentException(
                    $"optimizer.{key} names '{name}', which no coupling or population is called.{Nearest.Hint(name, known)}"
                );
            }
    }

    /// <summary>A block "x-h1.W" is addressed by its own name or by its owner's, "x-h1"; the longest match wins.</summary>
    private static string[] Names(string block) => block.LastIndexOf('.') is var dot and > 0 ? [block, block[..dot]] : [block];

    private static double? Match(IReadOnlyDictionary<string, double>? given, string block)
    {
        foreach (string name in Names(block))
            if (given is not null && given.TryGetValue(name, out double value))
                return value;
        return null;
    }

    /// <summary>Frees its memory.</summary>
    public void Dispose()
    {
        _ownTeam?.Dispose();
        foreach (var b in _first.Concat(_second))
            b.Dispose();
        foreach (var b in _bounds)
            b?.Dispose();
    }
}
