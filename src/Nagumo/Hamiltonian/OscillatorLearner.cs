using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>Oscillators that hear a sequence and learn by Hamiltonian echo to which class it belongs.</summary>
/// <remarks>
/// A sample is a sequence s_1 … s_T, which drives all oscillators from rest, a_t = b s_t. The squared displacements of the first oscillators, one a class,
/// are read once the first t₀ steps are over: C = mean over t &gt; t₀ of −ln softmax(κ q²)_label, and the readout is the mean of q². K, c, W, 1/m and b are
/// learned; c ≥ 0.05 and 0.2 ≤ 1/m ≤ 4 keep oscillators what they are.
/// </remarks>
public sealed class OscillatorLearner : ILearner<double>
{
    private const double LeastCubic = 0.05,
        LeastInverseMass = 0.2,
        LargestInverseMass = 4;
    private readonly OscillatorNetwork _network;
    private readonly int _classes,
        _unheard;
    private readonly double _gain,
        _epsilon;
    private readonly double[] _power,
        _softmax,
        _y;
    private readonly Tensor<double> _stiffness,
        _cubic,
        _branches,
        _inverseMass,
        _input;
    private double[] _sequence = [],
        _drive = [];
    private int _label;

    /// <param name="network">The oscillators; learning starts from their parameters, which are the learner's from now on.</param>
    /// <param name="input">b to start from, one number for each oscillator; copied.</param>
    /// <param name="classes">Classes, 2 to the number of oscillators.</param>
    /// <param name="unheard">Steps t₀ ≥ 0 before the displacements count.</param>
    /// <param name="gain">κ &gt; 0.</param>
    /// <param name="epsilon">Nudge ε &gt; 0 of both echoes.</param>
    /// <exception cref="ArgumentException">A value out of its range.</exception>
    public OscillatorLearner(OscillatorNetwork network, double[] input, int classes, int unheard, double gain = 4, double epsilon = 1e-3)
    {
        if (input.Length != network.Size)
            throw new ArgumentException(
                $"input has {input.Length} numbers: give one for each of the {network.Size} oscillators.",
                nameof(input)
            );
        if (classes < 2 || classes > network.Size)
            throw new ArgumentOutOfRangeException(
                nameof(classes),
                $"classes = {classes}: an oscillator stands for each, so give 2 to {network.Size}, or take more oscillators."
            );
        ArgumentOutOfRangeException.ThrowIfNegative(unheard);
        Check.Positive(nameof(gain), gain);
        Check.Positive(nameof(epsilon), epsilon);
        (_network, _classes, _unheard, _gain, _epsilon) = (network, classes, unheard, gain, epsilon);
        (_power, _softmax, _y) = (new double[classes], new double[classes], new double[classes]);
        int n = network.Size;
        var (stiffness, cubic, branches, inverseMass) = network.Parameters;
        _stiffness = Block("stiffness", stiffness, n);
        _cubic = Block("cubic", cubic, 1, LeastCubic);
        _branches = Block("branches", branches, n);
        _inverseMass = Block("inverse_mass", inverseMass, 1, LeastInverseMass, LargestInverseMass);
        _input = Block("input", input, 1);
        Parameters = [_stiffness, _cubic, _branches, _inverseMass, _input];
        Load();

        static Tensor<double> Block(
            string name,
            double[] start,
            int columns,
            double min = double.NegativeInfinity,
            double max = double.PositiveInfinity
        )
        {
            int wrong = Array.FindIndex(start, x => !(x >= min && x <= max));
            if (wrong >= 0)
                throw new ArgumentException($"{name}[{wrong}] = {start[wrong]:R}: learning keeps it from {min:R} to {max:R}; start there.");
            var block = new Tensor<double>(name, start.Length / columns, columns, min, max, decays: false);
            start.CopyTo(block.Values);
            return block;
        }
    }

    /// <summary>K, c, W, 1/m and b. The gradient of K is that of each element by itself: a spring is two of them.</summary>
    public IReadOnlyList<Tensor<double>> Parameters { get; }

    /// <summary>None of the readout alone: the cost is of every step.</summary>
    public Cost? Cost => null;

    /// <inheritdoc/>
    public BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch)
    {
        foreach (var p in Parameters)
            p.Gradients.Clear();
        BatchReport total = default;
        int n = _network.Size;
        foreach (int sample in samples)
        {
            Hear(set, sample);
            // The motion itself is the first to ask for costs; its echoes follow, and are not read.
            int left = _sequence.Length;
            var echo = _network.Gradient(
                _drive,
                new double[n],
                new double[n],
                (t, q, gradient) => left-- > 0 ? Read(t, q, gradient) : StepCost(t, q, gradient),
                _epsilon
            );
            total += Judge(echo.Cost) with { Nudged = new("echo", _sequence.Length, echo.Return, 0) };
            var (stiffness, cubic, branches, inverseMass) = echo.Parameters;
            Add(_stiffness, stiffness, samples.Length);
            Add(_cubic, cubic, samples.Length);
            Add(_branches, branches, samples.Length);
            Add(_inverseMass, inverseMass, samples.Length);
            for (int t = 0; t < _sequence.Length; t++)
            for (int i = 0; i < n; i++)
                _input.Gradients[i] += echo.Drive[t * n + i] * _sequence[t] / samples.Length;
        }
        return total;

        static void Add(Tensor<double> block, double[] gradient, int samples)
        {
            for (int i = 0; i < gradient.Length; i++)
                block.Gradients[i] += gradient[i] / samples;
        }
    }

    /// <inheritdoc/>
    public BatchReport Predict(Samples set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout)
    {
        BatchReport total = default;
        int n = _network.Size;
        for (int i = 0; i < samples.Length; i++)
        {
            Hear(set, samples[i]);
            total += Judge(_network.Run(_drive, new double[n], new double[n], Read));
            if (!readout.IsEmpty)
                _power.CopyTo(readout[(i * _classes)..]);
        }
        return total;
    }

    /// <inheritdoc/>
    public void Load()
    {
        var (stiffness, cubic, branches, inverseMass) = _network.Parameters;
        _stiffness.Values.CopyTo(stiffness);
        _cubic.Values.CopyTo(cubic);
        _branches.Values.CopyTo(branches);
        _inverseMass.Values.CopyTo(inverseMass);
    }

    /// <summary>Makes a sample the one that is heard: a_t = b s_t.</summary>
    private void Hear(Samples set, int sample)
    {
        if (set.Targets is not ClassTargets { Classes: var classes } || classes != _classes)
            throw new ArgumentException($"The samples have {set.Targets}; the learner tells {_classes} classes apart.");
        if (set.Size <= _unheard)
            throw new ArgumentException($"A sequence of {set.Size} steps, of which the first {_unheard} do not count: give longer ones.");
        if (_sequence.Length != set.Size)
            (_sequence, _drive) = (new double[set.Size], new double[set.Size * _network.Size]);
        set.Read(sample, _sequence);
        set.Targets.Read(sample, _y);
        _label = set.Labels[sample];
        for (int t = 0; t < _sequence.Length; t++)
        for (int i = 0; i < _network.Size; i++)
            _drive[t * _network.Size + i] = _input.Values[i] * _sequence[t];
        Array.Clear(_power);
    }

    private BatchReport Judge(double cost)
    {
        var motion = new RelaxationReport("motion", _sequence.Length, 0, 0);
        return new(1, cost, Classification.Answer(_power) == _label ? 0 : 1, motion, motion);
    }

    /// <summary>The cost of a step, whose displacements are also read.</summary>
    private double Read(int t, ReadOnlySpan<double> q, Span<double> gradient)
    {
        for (int c = 0; t > _unheard && c < _classes; c++)
            _power[c] += q[c] * q[c] / (_sequence.Length - _unheard);
        return StepCost(t, q, gradient);
    }

    /// <summary>l_t = −ln softmax(κ q²)_label / (T − t₀), and 0 until t₀.</summary>
    private double StepCost(int t, ReadOnlySpan<double> q, Span<double> gradient)
    {
        if (t <= _unheard)
            return 0;
        double largest = double.NegativeInfinity,
            sum = 0;
        for (int c = 0; c < _classes; c++)
            largest = Math.Max(largest, _softmax[c] = _gain * q[c] * q[c]);
        double right = _softmax[_label] - largest;
        for (int c = 0; c < _classes; c++)
            sum += _softmax[c] = Math.Exp(_softmax[c] - largest);
        int counted = _sequence.Length - _unheard;
        for (int c = 0; c < _classes; c++)
            gradient[c] = 2 * _gain * q[c] * (_softmax[c] / sum - _y[c]) / counted;
        return (Math.Log(sum) - right) / counted;
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose()
    {
        foreach (var p in Parameters)
            p.Dispose();
    }
}
