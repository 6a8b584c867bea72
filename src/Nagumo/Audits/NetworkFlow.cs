using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>A network's physical (u, v) flow at one image as a <see cref="FlowSystem"/>, and its rest state.</summary>
/// <remarks>A field that rests at the edge of its box does not move: it is held there, and is no variable of the system.</remarks>
internal sealed class NetworkFlow : IDisposable
{
    /// <summary>Fields so near the edge of their box are held: a difference across the edge would be cut.</summary>
    private const double Edge = 5e-3;

    private readonly AuditSubject _subject;
    private readonly FieldVector<double> _vector;
    private readonly List<IDisposable> _memory = [];
    private readonly double[] _full;
    private readonly int[] _free;
    private State<double>? _state,
        _velocity;
    private double[] _packed = [];

    /// <param name="name">What it is called.</param>
    /// <param name="subject">Network and images; the first image is shown.</param>
    public NetworkFlow(string name, AuditSubject subject)
    {
        _subject = subject;
        using var s = Present(1);
        Relaxation = subject.Rest(s);
        _vector = new(subject.Machine, s);
        _full = new double[_vector.Rows];
        _vector.Gather(s, _full);
        var free = new List<int>();
        var names = new List<string>();
        var bounds = new List<(double, double)>();
        int row = 0;
        foreach (var (p, f, rows) in _vector.Parts)
        {
            var population = subject.Network.Populations[p];
            string field = f == 0 ? "u" : population.Neuron!.Inhibitors[f - 1].Name;
            for (int r = 0; r < rows; r++, row++)
            {
                if (f == 0 && population.Neuron!.Box is { } box && !(_full[row] > box.Low + Edge && _full[row] < box.High - Edge))
                    continue;
                free.Add(row);
                names.Add($"{population.Name}.{field}[{r}]");
                bounds.Add(
                    f == 0 && population.Neuron!.Box is { } b
                        ? (b.Low + Edge / 2, b.High - Edge / 2)
                        : (double.NegativeInfinity, double.PositiveInfinity)
                );
            }
        }
        _free = [.. free];
        Rest = [.. free.Select(i => _full[i])];
        double[] times = _vector.SkewTimes(subject.Machine);
        System = new(name, names, Flow)
        {
            Dimensionless = true,
            Start = Rest,
            Bounds = bounds,
            Weights = [.. free.Select(i => -times[i])],
        };
    }

    /// <summary>The flow.</summary>
    public FlowSystem System { get; }

    /// <summary>The rest state of its variables.</summary>
    public double[] Rest { get; }

    /// <summary>How it was reached.</summary>
    public RelaxationReport Relaxation { get; }

    /// <summary>Fields that are held at the edge of their box.</summary>
    public int Held => _full.Length - _free.Length;

    private void Flow(ReadOnlySpan<double> points, Span<double> velocities, int count)
    {
        if (_state is null || _state.Capacity < count)
        {
            (_state, _velocity) = (Present(count), _subject.Machine.CreateState(count, allFields: true));
            _memory.Add(_state);
            _memory.Add(_velocity);
        }
        int lanes = _state.Capacity;
        if (_packed.Length != _full.Length * lanes)
            _packed = new double[_full.Length * lanes];
        double[] packed = _packed;
        for (int i = 0; i < _full.Length; i++)
            packed.AsSpan(i * lanes, lanes).Fill(_full[i]);
        for (int k = 0; k < count; k++)
        for (int i = 0; i < _free.Length; i++)
            packed[_free[i] * lanes + k] = points[k * _free.Length + i];
        _vector.Scatter(packed, _state);
        _subject.Machine.Flow(_state, _velocity!, _subject.Workspace);
        _vector.Gather(_velocity!, packed);
        for (int k = 0; k < count; k++)
        for (int i = 0; i < _free.Length; i++)
            velocities[k * _free.Length + i] = packed[_free[i] * lanes + k];
    }

    private State<double> Present(int lanes)
    {
        var s = _subject.Present(lanes, _ => 0, out var images);
        _memory.Add(images);
        return s;
    }

    public void Dispose()
    {
        foreach (var memory in _memory)
            memory.Dispose();
    }
}
