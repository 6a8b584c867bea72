using System.Numerics;
using System.Runtime.InteropServices;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>One chip: the effective parameters of the programmed ones. [DESIGN §3]</summary>
/// <remarks>
/// Weights, conductances and trained neuron parameters: g_eff = q(g) e^{σξ}; a stuck device holds one value of the range that its block was laid
/// out for, whatever is programmed. Bias currents: b_eff = b + s Σ_{e ≤ age} ξ_e. Every block has its own stream, split from the chip by its name.
/// </remarks>
internal sealed class DeviceMap<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly HardwareOptions _options;
    private readonly List<Devices> _devices = [];
    private readonly List<Source> _sources = [];

    /// <param name="options">The chip.</param>
    /// <param name="machine">Its parameters get a programmed value beside the effective one.</param>
    /// <exception cref="ArgumentException">
    /// A range that names no coupling, one value for all neurons where each is to differ, or an effect for which the network has no device.
    /// </exception>
    public DeviceMap(HardwareOptions options, Machine<T> machine)
    {
        options.Validate();
        _options = options;
        var chip = new Rng(options.Chip).Split("devices");
        int couplings =
            machine.Couplings.Count == 0 ? 0
            : machine.TensorsOf(machine.Couplings.Count - 1) is var (first, count) ? first + count
            : 0;
        for (int i = 0; i < machine.Parameters.Count; i++)
        {
            var tensor = machine.Parameters[i];
            bool neuron = i >= couplings;
            if (neuron && options.NeuronMismatch > 0 && tensor.Rows == 1)
                throw new ArgumentException(
                    $"hardware.neuron_mismatch: '{tensor.Name}' is trained as one value for all neurons. Set the population's per_neuron to true."
                );
            // A bias is a source; everything that decays or cannot be negative is a device.
            if (neuron || tensor.Decays || tensor.Min >= 0)
                _devices.Add(
                    new(tensor, options, neuron ? options.NeuronMismatch : options.Mismatch, quantised: !neuron, chip.Split(tensor.Name))
                );
            else if (options.Drift > 0)
                _sources.Add(new(tensor, chip.Split(tensor.Name)));
        }
        foreach (string name in options.Ranges?.Keys ?? [])
            if (_devices.All(d => !Owners(d.Tensor.Name).Contains(name)))
                throw new ArgumentException(
                    $"hardware.ranges names '{name}', which no coupling is called.{Nearest.Hint(name, [.. _devices.SelectMany(d => Owners(d.Tensor.Name)).Distinct()])}"
                );
        bool programmable = _devices.Any(d => d.IsCoupling);
        Require("mismatch", options.Mismatch, programmable, Weights);
        Require("bits", options.Bits, programmable, Weights);
        Require("stuck", options.Stuck, programmable, Weights);
        Require(
            "neuron_mismatch",
            options.NeuronMismatch,
            machine.Network.Populations.Any(p => p.Parameters.Count > 0),
            "neuron's parameter"
        );
        Require(
            "pair_mismatch",
            options.PairMismatch,
            _devices.Any(d => d.Tensor.IsPaired),
            "pair of transconductors (a bilinear coupling of two populations that relax)"
        );
        Require("drift", options.Drift, machine.Parameters.Any(IsSource), "bias current");

        bool IsSource(Tensor<T> tensor) => _devices.All(d => d.Tensor != tensor);
    }

    private const string Weights = "weight or conductance";

    private static void Require(string effect, double size, bool has, string what)
    {
        if (size > 0 && !has)
            throw new ArgumentException($"hardware.{effect} = {size:R}, but the network has no {what}: leave it out.");
    }

    /// <summary>Renews the effective parameters; the machine must be loaded after it.</summary>
    /// <param name="age">Epochs since it was first programmed: sources have drifted for so long.</param>
    public void Apply(int age)
    {
        foreach (var d in _devices)
            d.Apply(_options.Bits);
        foreach (var s in _sources)
            s.Apply(_options.Drift, age);
    }

    private static string[] Owners(string block) => [block, block[..block.LastIndexOf('.')]];

    /// <summary>The devices of one block.</summary>
    private sealed class Devices : IDisposable
    {
        private readonly Buffer<T> _factor;
        private readonly Buffer<T>? _reverse;
        private readonly int[] _stuck;
        private readonly T[] _held;
        private readonly double? _range;
        private readonly bool _quantised;

        public Devices(Tensor<T> tensor, HardwareOptions options, double spread, bool quantised, Rng rng)
        {
            (Tensor, _quantised) = (tensor, quantised);
            _range = Owners(tensor.Name)
                .Select(n => options.Ranges?.TryGetValue(n, out double r) == true ? r : (double?)null)
                .FirstOrDefault(r => r is not null);
            _factor = new(tensor.Values.Length);
            Draw(_factor.Span, spread, rng.Split("mismatch"));
            if (options.PairMismatch > 0 && tensor.IsPaired)
            {
                _reverse = new(tensor.Values.Length);
                Draw(_reverse.Span, options.PairMismatch, rng.Split("pair"));
            }
            tensor.Program(_reverse is not null);
            var stuck = rng.Split("stuck");
            _stuck = quantised ? [.. Enumerable.Range(0, tensor.Values.Length).Where(_ => stuck.NextDouble() < options.Stuck)] : [];
            double largest = _range ?? tensor.Start;
            _held = [.. _stuck.Select(_ => T.CreateChecked(largest * (tensor.Min < 0 ? 2 * stuck.NextDouble() - 1 : stuck.NextDouble())))];
        }

        public Tensor<T> Tensor { get; }

        /// <summary>Whether they are the programmable devices of a coupling, not a neuron's own.</summary>
        public bool IsCoupling => _quantised;

        public void Apply(int bits)
        {
            T range = T.CreateChecked(_range ?? 0);
            if (_range is null && bits > 0)
                range = Largest(Tensor.Programmed);
            Map(Tensor.Programmed, Tensor.Values, range, _quantised ? bits : 0);
            for (int i = 0; i < _stuck.Length; i++)
                Tensor.Values[_stuck[i]] = _held[i];
            if (_reverse is not null)
                Multiply(Tensor.Values, _reverse.Span, Tensor.ReverseValues);
        }

        private void Map(ReadOnlySpan<T> programmed, Span<T> effective, T range, int bits)
        {
            bool clips = _range is not null,
                rounds = bits > 0 && range > T.Zero;
            T step = rounds ? range / T.CreateChecked(Tensor.Min < 0 ? (1 << (bits - 1)) - 1 : (1 << bits) - 1) : T.One;
            var p = Vectors(programmed);
            var f = Vectors((ReadOnlySpan<T>)_factor.Span);
            var e = MemoryMarshal.Cast<T, Vector<T>>(effective);
            for (int i = 0; i < p.Length; i++)
            {
                var x = p[i];
                if (clips)
                    x = Vector.Min(Vector.Max(x, new Vector<T>(-range)), new Vector<T>(range));
                if (rounds)
                    x = Round(x / step) * step;
                e[i] = x * f[i];
            }
            for (int i = p.Length * Vector<T>.Count; i < programmed.Length; i++)
            {
                T x = clips ? T.Clamp(programmed[i], -range, range) : programmed[i];
                effective[i] = (rounds ? T.Round(x / step) * step : x) * _factor.Span[i];
            }
        }

        private static Vector<T> Round(Vector<T> x) =>
            typeof(T) == typeof(float) ? Vector.Round(x.As<T, float>()).As<float, T>() : Vector.Round(x.As<T, double>()).As<double, T>();

        private static void Multiply(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> into)
        {
            for (int i = 0; i < a.Length; i++)
                into[i] = a[i] * b[i];
        }

        private static T Largest(ReadOnlySpan<T> values)
        {
            T largest = T.Zero;
            foreach (T x in values)
                largest = T.Max(largest, T.Abs(x));
            return largest;
        }

        private static void Draw(Span<T> factor, double spread, Rng rng)
        {
            for (int i = 0; i < factor.Length; i++)
                factor[i] = spread > 0 ? T.CreateChecked(Math.Exp(spread * rng.NextNormal())) : T.One;
        }

        private static ReadOnlySpan<Vector<T>> Vectors(ReadOnlySpan<T> x) => MemoryMarshal.Cast<T, Vector<T>>(x);

        public void Dispose()
        {
            _factor.Dispose();
            _reverse?.Dispose();
        }
    }

    /// <summary>The current sources of one block: each walks at random from epoch to epoch.</summary>
    private sealed class Source
    {
        private readonly Tensor<T> _tensor;
        private readonly Rng _rng;
        private readonly double[] _walk;
        private int _age = -1;

        public Source(Tensor<T> tensor, Rng rng)
        {
            (_tensor, _rng, _walk) = (tensor, rng, new double[tensor.Values.Length]);
            tensor.Program(reverse: false);
        }

        public void Apply(double drift, int age)
        {
            if (age != _age)
                Walk(drift, age);
            for (int i = 0; i < _walk.Length; i++)
                _tensor.Values[i] = _tensor.Programmed[i] + T.CreateChecked(_walk[i]);
        }

        private void Walk(double drift, int age)
        {
            Array.Clear(_walk);
            for (int e = 1; e <= age; e++)
            {
                var step = _rng.Split((ulong)e);
                for (int i = 0; i < _walk.Length; i++)
                    _walk[i] += drift * step.NextNormal();
            }
            _age = age;
        }
    }

    public void Dispose()
    {
        foreach (var d in _devices)
            d.Dispose();
    }
}
