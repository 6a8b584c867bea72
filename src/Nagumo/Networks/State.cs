using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Networks;

/// <summary>The fields of a machine for a number of lanes: x, its drives I and the constant part of the drives.</summary>
/// <remarks>Every field is [neurons × lanes], lane-contiguous. A lane is one sample in one phase; no kernel knows which.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class State<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _memory;
    private Buffer<T>? _rails,
        _clamped;
    private readonly MatView<T>[][] _x,
        _drive,
        _constant;

    /// <param name="machine">The machine.</param>
    /// <param name="lanes">Lanes.</param>
    /// <param name="allFields">Whether to store inhibitors that could be eliminated.</param>
    /// <param name="nudged">The population that is nudged, where that is the only constant drive.</param>
    /// <param name="window">How many neurons of a population are held at a time; 0 for all of them.</param>
    internal State(Machine<T> machine, int lanes, bool allFields, int? nudged = null, int window = 0)
    {
        (Lanes, Capacity, AllFields, _machine) = (lanes, lanes, allFields, machine);
        var populations = machine.Network.Populations;
        int padded = (lanes + Padding - 1) / Padding * Padding;
        long needed = padded;
        var plan = new List<(MatView<T>[][] Table, int Population, int Field, long Offset, int Rows)>();
        MatView<T>[][] Table() => populations.Select(p => new MatView<T>[p.Fields]).ToArray();
        (_x, _drive, _constant) = (Table(), Table(), Table());
        for (int p = 0; p < populations.Count; p++)
        {
            if (populations[p].IsClamped)
                continue;
            for (int f = 0; f < populations[p].Fields; f++)
            {
                Plan(_x, allFields || machine.IsLive(p, f));
                Plan(_drive, f == 0 || machine.IsDriven(p, f));
                Plan(_constant, window == 0 && (nudged is { } only ? p == only && f == 0 : machine.HasConstantDrive(p, f)));

                void Plan(MatView<T>[][] table, bool wanted)
                {
                    if (!wanted)
                        return;
                    int rows = window > 0 ? window : populations[p].Size;
                    plan.Add((table, p, f, needed, rows));
                    // A line more, so that fields of sizes that are powers of two do not meet in one set of the caches.
                    needed += (long)rows * padded + Padding;
                }
            }
        }
        _memory = new(needed);
        LaneResidual = _memory.View(0, 1, lanes, padded);
        foreach (var (table, p, f, offset, rows) in plan)
            table[p][f] = _memory.View(offset, rows, lanes, padded);
        ClampRails(populations);
    }

    /// <summary>Rows are padded to whole cache lines of floats.</summary>
    private const int Padding = 16;

    /// <summary>Number of lanes in use.</summary>
    public int Lanes { get; private set; }

    /// <summary>Most lanes it has room for.</summary>
    public int Capacity { get; }

    /// <summary>Whether inhibitors that could be eliminated are stored too.</summary>
    internal bool AllFields { get; }

    /// <summary>The first neuron that a window holds; 0 where a state holds all of them.</summary>
    internal int First { get; set; }

    /// <summary>Largest |∂H/∂x| of each lane, as last measured; [1 × lanes].</summary>
    internal MatView<T> LaneResidual { get; private set; }

    /// <summary>Uses the first <paramref name="lanes"/> lanes only; nothing is allocated, kept lanes keep their values.</summary>
    internal void Resize(int lanes)
    {
        if (lanes < 1 || lanes > Capacity)
            throw new ArgumentOutOfRangeException(nameof(lanes), $"{lanes} lanes do not fit a state of {Capacity}.");
        if (lanes == Lanes)
            return;
        Lanes = lanes;
        LaneResidual = Narrow(LaneResidual);
        NarrowAll(_x);
        NarrowAll(_drive);
        NarrowAll(_constant);

        void NarrowAll(MatView<T>[][] table)
        {
            foreach (var fields in table)
                for (int f = 0; f < fields.Length; f++)
                    if (!fields[f].IsEmpty)
                        fields[f] = Narrow(fields[f]);
        }

        MatView<T> Narrow(MatView<T> view) => view.Resized(lanes);
    }

    /// <summary>Field f of population p; the empty view for an inhibitor that is eliminated.</summary>
    internal MatView<T> X(int population, int field) => _x[population][field];

    /// <summary>The field at an end.</summary>
    internal MatView<T> At(EndPlace end) => At(end, _x[end.Population][end.Field]);

    /// <summary>An end's rows of a view of what the state holds of its population.</summary>
    internal MatView<T> At(EndPlace end, MatView<T> view) => end.Of(view, _drive[end.Population][0].IsEmpty ? 0 : First);

    /// <summary>All fields of population p.</summary>
    internal ReadOnlySpan<MatView<T>> Fields(int population) => _x[population];

    /// <summary>All drives of population p.</summary>
    internal ReadOnlySpan<MatView<T>> Drives(int population) => _drive[population];

    /// <summary>Where the drive of a field is computed.</summary>
    internal MatView<T> Drive(int population, int field) => _drive[population][field];

    /// <summary>The part of a field's drive that does not change while relaxing: biases, clamped inputs, constant nudges.</summary>
    internal MatView<T> Constant(int population, int field) => _constant[population][field];

    /// <summary>Clamps a population to the given activators, [neurons × lanes] with any strides; the memory stays the caller's.</summary>
    internal void Clamp(int population, MatView<T> values) => _x[population][0] = values;

    /// <summary>Copies another state's fields and constant drives to the lanes from <paramref name="to"/>; clamps what it clamps.</summary>
    internal void CopyFrom(State<T> other, int to)
    {
        _loaded = other._loaded;
        for (int p = 0; p < _x.Length; p++)
        {
            if (_drive[p][0].IsEmpty)
            {
                _x[p][0] = other._x[p][0];
                continue;
            }
            for (int f = 0; f < _x[p].Length; f++)
            {
                Copy(other._x[p][f], _x[p][f]);
                Copy(other._constant[p][f], _constant[p][f]);
            }
        }

        void Copy(MatView<T> source, MatView<T> target)
        {
            if (!source.IsEmpty && !target.IsEmpty)
                source.CopyRowsTo(target.Lanes(to, source.Cols));
        }
    }

    /// <summary>Clamps copies of what another state clamps, its lanes again and again up to this one's: for terms that read inputs while relaxing.</summary>
    internal void ClampRepeated(State<T> other)
    {
        long size = _x.Where((_, p) => _drive[p][0].IsEmpty).Sum(x => (long)x[0].Rows) * Capacity;
        if (_clamped is null || _clamped.Length < size)
        {
            _clamped?.Dispose();
            _clamped = new(size);
        }
        long next = 0;
        for (int p = 0; p < _x.Length; p++)
        {
            if (!_drive[p][0].IsEmpty)
                continue;
            var from = other._x[p][0];
            _x[p][0] = _clamped.View(next, from.Rows, Lanes, Capacity);
            next += (long)from.Rows * Capacity;
            for (int r = 0; r < from.Rows; r++)
            for (int lane = 0; lane < Lanes; lane++)
                _x[p][0][r, lane] = from[r, lane % other.Lanes];
        }
    }

    /// <summary>Sets every relaxed field of one lane to zero.</summary>
    internal void ClearLane(int lane)
    {
        for (int p = 0; p < _x.Length; p++)
        for (int f = 0; f < _x[p].Length; f++)
            if (!_drive[p][0].IsEmpty && !_x[p][f].IsEmpty)
                _x[p][f].Lanes(lane, 1).Clear();
    }

    /// <summary>Sets every relaxed field to zero, in the lanes from <paramref name="from"/> on.</summary>
    internal void Clear(int from = 0)
    {
        for (int p = 0; p < _x.Length; p++)
        for (int f = 0; f < _x[p].Length; f++)
            if (!_drive[p][0].IsEmpty && !_x[p][f].IsEmpty)
                _x[p][f].Lanes(from, Lanes - from).Clear();
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _memory.Dispose();
        _rails?.Dispose();
        _clamped?.Dispose();
        DisposeValues();
    }

    private void ClampRails(IReadOnlyList<Population> populations)
    {
        _rails = new(populations.Sum(p => p.Rail?.Count ?? 0));
        int at = 0;
        for (int p = 0; p < populations.Count; p++)
        {
            if (populations[p].Rail is not { } rail)
                continue;
            // Column stride 0: one column stands for every lane.
            _x[p][0] = _rails.Column(at, rail.Count, Capacity);
            foreach (double value in rail)
                _rails.Span[at++] = T.CreateChecked(value);
        }
    }
}
